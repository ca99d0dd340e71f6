// What every handler shares: the parts it was given, and the limits it keeps.
//
// Threads   each member says for itself; all of them are safe from any thread
// Lifetime  connections and jobs hold it, so that it outlives the last of them

#pragma once

#include <memory>

#include "recognition/recognizer.h"
#include "serving/access_policy.h"
#include "serving/idempotency.h"
#include "serving/memory_pool.h"
#include "serving/metrics.h"
#include "serving/server.h"
#include "serving/worker_pool.h"
#include "store/recognition_store.h"

namespace glyphd::serving {

struct ServiceContext {
  ServiceContext(const ServerOptions& server_options, ServerParts parts);

  const ServerOptions options;
  const std::shared_ptr<const Recognizer> recognizer;
  RecognitionStore* const store;
  const AccessPolicy access;
  Metrics metrics;
  KeysUnderWay keys_under_way;
  // A quarter for bodies: what waits to be decoded leaves decoding its memory.
  const std::shared_ptr<MemoryPool> body_memory;
  const std::shared_ptr<MemoryPool> decode_memory;
  // Last, so that they are joined while the rest is still there.
  WorkerPool picture_workers;
  WorkerPool lookup_workers;
};

}  // namespace glyphd::serving
