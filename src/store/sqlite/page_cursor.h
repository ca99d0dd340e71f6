// Where a page of a list ended, as text that only this database can have made.
//
// Errors    Open(): kInvalidInput for anything that Seal() did not make with the same key
// Source    HMAC-SHA256 of RFC 2104; the tag is cut to 128 bits

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd {

using CursorKey = std::array<std::uint8_t, 32>;

std::string SealCursor(std::int64_t position, const CursorKey& key);
Result<std::int64_t> OpenCursor(std::string_view cursor, const CursorKey& key);

}  // namespace glyphd
