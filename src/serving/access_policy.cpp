#include "serving/access_policy.h"

#include <algorithm>

#include "serving/router.h"

namespace glyphd::serving {
namespace {

bool IsIpAddress(std::string_view host) {
  if (host.starts_with('[')) return true;
  return !host.empty() && std::all_of(host.begin(), host.end(),
                                      [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

// A page of the attacker's can only make a browser send a name that public DNS resolves, and
// those have a dot.
bool MayBeRebound(std::string_view host) {
  if (IsIpAddress(host) || IsLoopback(host)) return false;
  return host.find('.') != std::string_view::npos;
}

std::string_view HostOfOrigin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
}

std::optional<std::string_view> BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!EqualsIgnoringCase(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return Trimmed(authorization.substr(kScheme.size()));
}

Problem Unauthorized(std::string detail, std::string challenge) {
  return {ProblemKind::kUnauthorized,
          std::move(detail),
          {},
          {{"WWW-Authenticate", std::move(challenge)}}};
}

}  // namespace

std::string_view HostWithoutPort(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool IsLoopback(std::string_view host) {
  return EqualsIgnoringCase(host, "localhost") || host.ends_with(".localhost") || host == "::1" ||
         host == "[::1]" || (host.starts_with("127.") && IsIpAddress(host));
}

AccessPolicy::AccessPolicy(std::string host, std::optional<ApiKeys> keys)
    : host_(std::move(host)), loopback_(IsLoopback(host_)), keys_(std::move(keys)) {}

std::string AccessPolicy::StartWarning() const {
  if (keys_ || loopback_) return {};
  return "listening on " + host_ +
         " without API keys: everybody who reaches this address may read and write; deleting is "
         "refused. Make keys with `glyphd keys create` and start with --api-keys FILE";
}

std::optional<Problem> AccessPolicy::Judge(Request& request) const {
  if (!request.endpoint->scope) return std::nullopt;
  if (keys_) return JudgeKey(request);
  if (loopback_) return JudgeBrowser(request);
  if (*request.endpoint->scope != Scope::kAdmin) return std::nullopt;
  return Problem{ProblemKind::kForbidden,
                 "this server listens beyond its own machine without API keys, so that anybody "
                 "could delete; start it with --api-keys FILE, or on 127.0.0.1"};
}

std::optional<Problem> AccessPolicy::JudgeKey(Request& request) const {
  const auto token = BearerToken(request.Header("Authorization"));
  if (!token) {
    return Unauthorized("send an API key as Authorization: Bearer <key>",
                        "Bearer realm=\"glyphd\"");
  }
  request.caller = keys_->Authenticate(*token);
  if (request.caller == nullptr) {
    return Unauthorized("this API key is unknown or revoked",
                        "Bearer realm=\"glyphd\", error=\"invalid_token\"");
  }
  const Scope scope = *request.endpoint->scope;
  if (Allows(*request.caller, scope)) return std::nullopt;
  return Problem{ProblemKind::kForbidden, "the API key " + request.caller->id +
                                              " does not have the scope " +
                                              std::string(ScopeName(scope))};
}

std::optional<Problem> AccessPolicy::JudgeBrowser(const Request& request) const {
  const std::string_view host = request.Header("Host");
  if (MayBeRebound(HostWithoutPort(host))) {
    return Problem{ProblemKind::kForbidden,
                   "without API keys this server answers only to this machine's own names, not to "
                   "the Host that was sent; use localhost, or start it with --api-keys FILE"};
  }
  const auto origin = request.headers.Find("Origin");
  if (!origin || !request.endpoint->changes_state()) return std::nullopt;
  if (EqualsIgnoringCase(HostOfOrigin(*origin), host)) return std::nullopt;
  return Problem{ProblemKind::kForbidden,
                 "another site's page may not change anything here; its Origin is not this "
                 "server's, and no API keys are in use"};
}

}  // namespace glyphd::serving
