// What people look at in a browser: the page, the API's documentation, and an answer as HTML.
//
// Threads   pure functions over what is embedded
// Safety    every page carries a Content-Security-Policy that allows nothing inline and nothing
//           from elsewhere; a stored picture is shown in a sandbox

#pragma once

#include <string>
#include <string_view>

#include "serving/http_message.h"
#include "serving/problem.h"

namespace glyphd::serving {

Response AssetPage(const Request& request);  // the endpoint has found it
Response DocsPage(const Request& request);
Response OpenApiDocument();
Response ProblemTypePage(const ProblemType& type);
// Fills `created` with a small page that shows the answer's JSON.
Response AnswerPage(Response created, std::string_view json);

inline constexpr std::string_view kPictureSecurityPolicy = "default-src 'none'; sandbox";

}  // namespace glyphd::serving
