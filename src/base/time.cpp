#include "base/time.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace glyphd {
namespace {

using std::chrono::microseconds;

// Reads exactly `count` digits at `at` and moves on.
std::optional<int> TakeDigits(std::string_view text, std::size_t& at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t end = at + count; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool TakeOneOf(std::string_view text, std::size_t& at, std::string_view allowed) {
  if (at >= text.size() || allowed.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

std::optional<std::chrono::sys_days> TakeDate(std::string_view text, std::size_t& at) {
  const auto year = TakeDigits(text, at, 4);
  if (!year || !TakeOneOf(text, at, "-")) return std::nullopt;
  const auto month = TakeDigits(text, at, 2);
  if (!month || !TakeOneOf(text, at, "-")) return std::nullopt;
  const auto day = TakeDigits(text, at, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<microseconds> TakeFraction(std::string_view text, std::size_t& at) {
  if (!TakeOneOf(text, at, ".")) return microseconds(0);
  const std::size_t first = at;
  std::int64_t value = 0;
  std::int64_t unit = 100'000;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
    value += (text[at] - '0') * unit;
  }
  if (at == first || at - first > 9) return std::nullopt;
  return microseconds(value);
}

std::optional<microseconds> TakeClock(std::string_view text, std::size_t& at) {
  const auto hour = TakeDigits(text, at, 2);
  if (!hour || *hour > 23 || !TakeOneOf(text, at, ":")) return std::nullopt;
  const auto minute = TakeDigits(text, at, 2);
  if (!minute || *minute > 59 || !TakeOneOf(text, at, ":")) return std::nullopt;
  const auto second = TakeDigits(text, at, 2);
  if (!second || *second > 60) return std::nullopt;  // 60: a leap second
  const auto fraction = TakeFraction(text, at);
  if (!fraction) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         *fraction;
}

std::optional<std::chrono::minutes> TakeOffset(std::string_view text, std::size_t& at) {
  if (TakeOneOf(text, at, "Zz")) return std::chrono::minutes(0);
  if (at >= text.size()) return std::nullopt;
  const int sign = text[at] == '-' ? -1 : 1;
  if (!TakeOneOf(text, at, "+-")) return std::nullopt;
  const auto hours = TakeDigits(text, at, 2);
  if (!hours || *hours > 23 || !TakeOneOf(text, at, ":")) return std::nullopt;
  const auto minutes = TakeDigits(text, at, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

std::optional<TimePoint> TakeTime(std::string_view text) {
  std::size_t at = 0;
  const auto date = TakeDate(text, at);
  if (!date || !TakeOneOf(text, at, "Tt ")) return std::nullopt;
  const auto clock = TakeClock(text, at);
  if (!clock) return std::nullopt;
  const auto offset = TakeOffset(text, at);
  if (!offset || at != text.size()) return std::nullopt;
  return TimePoint(date->time_since_epoch()) + *clock - *offset;
}

}  // namespace

TimePoint Now() {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

std::string FormatTime(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<microseconds> clock(time - day);
  std::array<char, 40> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

Result<TimePoint> ParseTime(std::string_view text) {
  const auto time = TakeTime(text);
  if (!time) {
    return InvalidInput("\"" + std::string(text.substr(0, 40)) +
                        "\" is no RFC 3339 time such as 2026-11-23T09:30:00Z");
  }
  return *time;
}

}  // namespace glyphd
