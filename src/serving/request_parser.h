// Turns the bytes of a connection into requests, one after the other; knows no socket.
//
// Input     any pieces, in order; what was not consumed is to be given again
// Output    kHead once the header is there, so that it can be judged before the body is read;
//           kDone once the body is there
// Errors    kError with a problem(): malformed, header or body too large; the connection is lost
// Source    RFC 9112, by Boost.Beast's parser

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "serving/http_message.h"
#include "serving/problem.h"

namespace glyphd::serving {

struct RequestLimits {
  std::size_t header_bytes = 32U << 10U;
  std::size_t body_bytes = 16U << 20U;
};

class RequestParser {
 public:
  enum class State { kNeedsMore, kHead, kDone, kError };
  struct Step {
    std::size_t consumed;
    State state;
  };

  RequestParser(const RequestLimits& limits, Request& request);
  ~RequestParser();

  void Restart();  // for the next request; clears the request
  Step Feed(std::string_view bytes);
  bool done() const;  // after kHead: there is no body
  // What HTTP itself forbids, to be asked after kHead; then the connection must close.
  const std::optional<Problem>& problem() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glyphd::serving
