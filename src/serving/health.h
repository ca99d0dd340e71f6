// Whether the service can do its work now, for /readyz.
//
// Threads   Check() is safe from any thread; it blocks on the store, so not for an event loop
// Cost      one inference of a blank glyph and one check of the store, at most once a second

#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "serving/service_context.h"

namespace glyphd::serving {

struct HealthCheck {
  std::string name;
  bool ok = true;
  bool vital = true;  // failing makes the service unavailable, not only degraded
  std::string message;
};

Response ReadinessResponse(const std::vector<HealthCheck>& checks);

class Health {
 public:
  std::vector<HealthCheck> Check(const ServiceContext& context);

 private:
  std::mutex mutex_;
  std::chrono::steady_clock::time_point checked_at_;
  std::vector<HealthCheck> checks_;
};

}  // namespace glyphd::serving
