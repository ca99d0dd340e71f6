// What the service counts and measures, as /metrics shows it.
//
// Output    Prometheus text format 0.0.4; times in seconds
// Threads   every function is safe from any thread
// Cost      an observation is one short lock, a counter one atomic addition

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace glyphd::serving {

enum class Stage { kDecode, kInk, kInference, kStore, kTotal };

// Looked up when somebody asks, not counted along the way.
struct CurrentFigures {
  std::size_t picture_jobs_queued = 0;
  std::size_t lookup_jobs_queued = 0;
  std::size_t body_bytes_reserved = 0;
  std::size_t decode_bytes_reserved = 0;
  std::int64_t store_records = 0;
  std::int64_t store_commits = 0;
  std::int64_t store_kept = 0;
  std::int64_t store_waiting = 0;
};

class Metrics {
 public:
  Metrics(std::string_view model_name, std::string_view model_version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // `route` is an endpoint's pattern, never what a client wrote.
  void CountRequest(std::string_view route, std::string_view method, int status,
                    std::chrono::nanoseconds duration);
  void ObserveStage(Stage stage, std::chrono::nanoseconds duration);
  void ObserveBatch(std::size_t pictures);
  void RequestBegan();
  void RequestEnded();
  void ConnectionOpened();
  void ConnectionClosed();
  void ConnectionRefused();

  std::string Text(const CurrentFigures& figures);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace glyphd::serving
