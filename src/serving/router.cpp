#include "serving/router.h"

#include <algorithm>
#include <array>

#include "serving/assets.h"

namespace glyphd::serving {
namespace {

constexpr std::array<std::string_view, 2> kUploadParameters = {"layout", "reference"};
constexpr std::array<std::string_view, 12> kListParameters = {
    "limit",     "cursor", "since",          "until",          "text",         "filename",
    "reference", "model",  "min_confidence", "max_confidence", "needs_review", "corrected"};

constexpr std::string_view kRecognitions = "/api/v1/recognitions";
constexpr std::string_view kRecognition = "/api/v1/recognitions/{id}";

constexpr std::array kEndpoints = {
    Endpoint{Action::kSubmit, "POST", kRecognitions, Scope::kWrite, kUploadParameters},
    Endpoint{Action::kList, "GET", kRecognitions, Scope::kRead, kListParameters},
    Endpoint{Action::kFind, "GET", kRecognition, Scope::kRead, {}},
    Endpoint{Action::kDelete, "DELETE", kRecognition, Scope::kAdmin, {}},
    Endpoint{Action::kPicture, "GET", "/api/v1/recognitions/{id}/image", Scope::kRead, {}},
    Endpoint{Action::kCorrect, "PUT", "/api/v1/recognitions/{id}/correction", Scope::kWrite, {}},
    Endpoint{
        Action::kListCorrections, "GET", "/api/v1/recognitions/{id}/corrections", Scope::kRead, {}},
    Endpoint{Action::kSubmitForm, "POST", "/upload", Scope::kWrite, kUploadParameters},
    Endpoint{Action::kLive, "GET", "/livez", {}, {}},
    Endpoint{Action::kReady, "GET", "/readyz", {}, {}},
    Endpoint{Action::kMetrics, "GET", "/metrics", {}, {}},
    Endpoint{Action::kOpenApi, "GET", "/openapi.json", {}, {}},
    Endpoint{Action::kDocs, "GET", "/docs", {}, {}, true},
    Endpoint{Action::kProblemType, "GET", "/problems/{id}", {}, {}},
    Endpoint{Action::kAsset, "GET", "/*", {}, {}, true},
};

// Matches with {id} standing for one non-empty segment, which becomes `argument`.
bool Matches(std::string_view pattern, std::string_view path, std::string_view& argument) {
  if (pattern == "/*") return FindAsset(path) != nullptr;
  const std::size_t hole = pattern.find("{id}");
  if (hole == std::string_view::npos) return pattern == path;
  const std::string_view after = pattern.substr(hole + 4);
  if (!path.starts_with(pattern.substr(0, hole))) return false;
  path.remove_prefix(hole);
  const std::size_t end = std::min(path.find('/'), path.size());
  if (end == 0 || path.substr(end) != after) return false;
  argument = path.substr(0, end);
  return true;
}

bool MethodFits(const Endpoint& endpoint, std::string_view method) {
  return endpoint.method == method || (method == "HEAD" && endpoint.method == "GET");
}

void AppendAllowed(const Endpoint& endpoint, std::string& allow) {
  allow += endpoint.method;
  allow += ", ";
  if (endpoint.method == "GET") allow += "HEAD, ";
}

}  // namespace

std::span<const Endpoint> Endpoints() { return kEndpoints; }

std::optional<RouteMatch> MatchRoute(std::string_view method, std::string_view path) {
  std::optional<RouteMatch> match;
  for (const Endpoint& endpoint : kEndpoints) {
    std::string_view argument;
    if (!Matches(endpoint.path, path, argument)) continue;
    if (!match) match.emplace();
    match->argument = argument;
    if (MethodFits(endpoint, method)) {
      match->endpoint = &endpoint;
      return match;
    }
    AppendAllowed(endpoint, match->allow);
  }
  if (match) match->allow += "OPTIONS";
  return match;
}

}  // namespace glyphd::serving
