// Which glyphd this is.

#pragma once

#include <string_view>

namespace glyphd {

std::string_view ProgramVersion();  // "0.1.0"

}  // namespace glyphd
