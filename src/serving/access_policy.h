// Who may do what, decided from a request's head.
//
// With keys      each endpoint's scope is asked of the bearer token: 401, 403
// Without keys   on a loopback address everything is allowed, but only to this machine's own
//                pages: a foreign Origin, or a Host that a rebound DNS name would send, gets 403.
//                Elsewhere reading and writing work; DELETE gets 403
// Threads        Judge() is const and safe from any thread
// Why            docs/decisions/0005-http-server.md

#pragma once

#include <optional>
#include <string>

#include "access/api_keys.h"
#include "serving/http_message.h"
#include "serving/problem.h"

namespace glyphd::serving {

class AccessPolicy {
 public:
  AccessPolicy(std::string host, std::optional<ApiKeys> keys);

  // Sets request.caller. None: go ahead.
  std::optional<Problem> Judge(Request& request) const;
  // What the log shall say at the start; empty: nothing is out of the ordinary.
  std::string StartWarning() const;

 private:
  std::optional<Problem> JudgeKey(Request& request) const;
  std::optional<Problem> JudgeBrowser(const Request& request) const;

  std::string host_;
  bool loopback_;
  std::optional<ApiKeys> keys_;
};

bool IsLoopback(std::string_view host);
// "name:port" or "[::1]:port" without the port.
std::string_view HostWithoutPort(std::string_view host);

}  // namespace glyphd::serving
