// Takes a request target apart: the decoded path and the query's parameters.
//
// Input     origin form (/path?query), absolute form (http://host/path) or *
// Errors    kInvalidInput: a broken %-escape or a NUL, naming the place
// Why       Boost.URL refuses raw UTF-8, which curl sends as it was typed

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serving/http_message.h"

namespace glyphd::serving {

struct Target {
  std::string path;
  std::vector<QueryParameter> query;
};

Result<Target> ParseTarget(std::string_view target);
// `plus_is_space` holds in queries only.
Result<std::string> PercentDecoded(std::string_view text, bool plus_is_space);
std::string PercentEncoded(std::string_view text);  // all but RFC 3986's unreserved characters

}  // namespace glyphd::serving
