// The OpenAPI document, embedded from src/serving/openapi.json when the program was built.

#pragma once

#include <string_view>

namespace glyphd::serving {

extern const std::string_view kOpenApiJson;

}  // namespace glyphd::serving
