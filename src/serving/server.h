// Serves the API and the page over HTTP/1.1: docs in openapi.json, which it serves too.
//
// Threads   Start() and Stop() from one thread; io_threads of its own, each with one event loop,
//           plus workers for pictures too large to be read between two packets
// Errors    Start(): kUnavailable when the address is in use or not ours (says which)
// Memory    all pictures in flight together hold at most memory_budget_bytes

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "access/api_keys.h"
#include "base/result.h"
#include "recognition/recognizer.h"
#include "store/recognition_store.h"

namespace glyphd {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;  // 0: any free one
  int io_threads = 2;
  std::size_t max_body_bytes = 16U << 20U;
  std::size_t memory_budget_bytes = 512U << 20U;
  std::int64_t max_pixels = 50'000'000;
  int max_connections = 1024;
  int max_parts = 1000;
  int batch_limit = 16;  // pictures read in one inference call
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};   // without progress
  std::chrono::milliseconds idle_timeout{60'000};   // keep-alive
  std::chrono::milliseconds queue_timeout{10'000};  // waiting for memory, then 503
  bool record = true;                               // false: nothing is kept; for measuring only
  bool access_log = true;  // a log line per request; false: only for refusals and slow ones
};

struct ServerParts {
  std::shared_ptr<const Recognizer> recognizer;
  RecognitionStore* store = nullptr;  // outlives the server
  std::optional<ApiKeys> keys;        // none: see ServerOptions::host for what is refused
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options, ServerParts parts);
  virtual ~Server() = default;

  virtual std::uint16_t port() const = 0;
  // Takes no new request, finishes those under way, closes; true if all were finished in time.
  virtual bool Stop(std::chrono::milliseconds limit) = 0;
};

}  // namespace glyphd
