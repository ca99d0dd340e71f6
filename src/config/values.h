// Numbers with units as people write them: 16MiB, 10s, true.
//
// Threads   pure functions
// Errors    kInvalidInput: says what is expected and what was found

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glyphd {

Result<std::int64_t> ParseWholeNumber(std::string_view text);
Result<double> ParseFraction(std::string_view text);  // a finite decimal number

// A whole number and B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024);
// bytes without a unit.
Result<std::int64_t> ParseSize(std::string_view text);
std::string FormatSize(std::int64_t bytes);  // the largest binary unit that loses nothing

// A whole number and ms, s, min or h. The unit is required: a bare 10 could be anything.
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);
std::string FormatDuration(std::chrono::milliseconds duration);

Result<bool> ParseBoolean(std::string_view text);  // true/false, yes/no, on/off, 1/0

}  // namespace glyphd
