#include "serving/health.h"

#include <algorithm>
#include <cmath>

#include "reading/reading.h"

namespace glyphd::serving {
namespace {

HealthCheck CheckModel(const Classifier& classifier) {
  const GlyphImage blank{};
  std::vector<float> probabilities(classifier.labels().size());
  const Status status = classifier.Classify({&blank, 1}, probabilities);
  const bool numbers = std::all_of(probabilities.begin(), probabilities.end(),
                                   [](float p) { return std::isfinite(p); });
  if (!status.ok()) return {"model", false, true, status.error().message};
  if (!numbers) return {"model", false, true, "the model gives no numbers"};
  return {"model", true, true, classifier.name() + " " + classifier.version()};
}

HealthCheck CheckStore(const ServiceContext& context) {
  if (!context.options.record) return {"store", true, true, "recording is off"};
  const Status status = context.store->Check();
  if (!status.ok()) return {"store", false, true, status.error().message};
  return {"store", true, true, "can be written to"};
}

HealthCheck CheckMemory(const ServiceContext& context) {
  const bool ok = context.body_memory->waiting() == 0 && context.decode_memory->waiting() == 0;
  return {"memory", ok, false,
          ok ? "within the budget for pictures" : "requests wait for the memory budget"};
}

std::string_view OverallOf(const std::vector<HealthCheck>& checks) {
  std::string_view overall = "ready";
  for (const HealthCheck& check : checks) {
    if (check.ok) continue;
    if (check.vital) return "unavailable";
    overall = "degraded";
  }
  return overall;
}

}  // namespace

std::vector<HealthCheck> Health::Check(const ServiceContext& context) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (!checks_.empty() && now - checked_at_ < std::chrono::seconds(1)) return checks_;
  checks_ = {CheckModel(context.recognizer->classifier()), CheckStore(context),
             CheckMemory(context)};
  checked_at_ = now;
  return checks_;
}

Response ReadinessResponse(const std::vector<HealthCheck>& checks) {
  const std::string_view overall = OverallOf(checks);
  Response response;
  response.status = overall == "unavailable" ? 503 : 200;
  response.content_type = "application/json";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = "{\"status\":\"" + std::string(overall) + "\",\"checks\":[";
  for (std::size_t i = 0; i < checks.size(); ++i) {
    response.body += i > 0 ? ",{\"name\":" : "{\"name\":";
    AppendJsonString(checks[i].name, response.body);
    response.body += checks[i].ok ? ",\"ok\":true,\"message\":" : ",\"ok\":false,\"message\":";
    AppendJsonString(checks[i].message, response.body);
    response.body += '}';
  }
  response.body += "]}";
  return response;
}

}  // namespace glyphd::serving
