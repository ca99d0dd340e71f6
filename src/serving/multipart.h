// Takes a multipart/form-data body apart without copying its parts.
//
// Input     the whole body; the boundary comes from the request's Content-Type
// Output    the parts in order; `content` points into the body
// Errors    kInvalidInput: no boundary, no delimiter, no end, a part without an end of its
//           header (says where); kTooLarge: more than max_parts
// Cost      one search over the body
// Source    RFC 7578, RFC 2046 section 5.1; file names also as RFC 5987 (filename*)

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd::serving {

struct Part {
  std::string name;      // empty: it has none
  std::string filename;  // decoded, as the client called it; may be empty
  ByteView content;
};

// `name="…"; filename="…"` of a Content-Disposition value.
struct Disposition {
  std::string name;
  std::string filename;
};
Disposition ParseDisposition(std::string_view value);

// The value of one parameter of a header value, unquoted; empty: it is not there.
std::string HeaderParameter(std::string_view value, std::string_view name);

Result<std::string> BoundaryOf(std::string_view content_type);
Result<std::vector<Part>> ParseMultipart(ByteView body, std::string_view boundary, int max_parts);

}  // namespace glyphd::serving
