// Names and references as people write them: UTF-8, checked at the door.
//
// Threads   pure functions
// Source    RFC 3629: no surrogates, nothing above U+10FFFF, no overlong forms

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace glyphd::serving {

std::optional<std::size_t> CountCharacters(std::string_view text);  // none: not UTF-8
std::string ToValidUtf8(std::string_view text);  // each broken byte becomes U+FFFD
std::string_view FirstCharacters(std::string_view valid_utf8, std::size_t count);

}  // namespace glyphd::serving
