// Wall-clock times as the API shows them: RFC 3339 in UTC with microseconds.
//
// Threads   pure functions
// Errors    kInvalidInput: text that is no RFC 3339 time

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glyphd {

// Microseconds since 1970-01-01T00:00:00Z: what the stores keep.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

TimePoint Now();
std::string FormatTime(TimePoint time);              // 2026-11-23T01:02:03.456789Z
Result<TimePoint> ParseTime(std::string_view text);  // any offset; 0–9 digits of fraction

}  // namespace glyphd
