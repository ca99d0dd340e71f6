// Feeds arbitrary bytes to the HTTP request parser in pieces, and what comes out to the router.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "serving/request_parser.h"
#include "serving/router.h"
#include "serving/url.h"

namespace {

using glyphd::serving::RequestParser;

// The parser may ask for more although bytes are left; it must never ask without consuming and
// without being given more.
void ParseAll(std::string_view wire, std::size_t piece) {
  glyphd::serving::Request request;
  RequestParser parser({.header_bytes = 4096, .body_bytes = 4096}, request);
  std::size_t given = 0;
  std::size_t at = 0;
  while (given < wire.size()) {
    given = std::min(given + piece, wire.size());
    const RequestParser::Step step = parser.Feed(wire.substr(at, given - at));
    at += step.consumed;
    if (at > given) glyphd::AbortBecause("more was consumed than given");
    if (step.state == RequestParser::State::kError || parser.problem()) return;
    if (step.state == RequestParser::State::kDone || parser.done()) {
      const auto target = glyphd::serving::ParseTarget(request.target);
      if (target.ok()) (void)glyphd::serving::MatchRoute(request.method, target->path);
      parser.Restart();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ParseAll(glyphd::AsText({data + 1, size - 1}), data[0] + 1U);
  return 0;
}
