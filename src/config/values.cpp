#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace glyphd {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array kSizeUnits = {
    Unit{"GiB", 1 << 30},  Unit{"MiB", 1 << 20}, Unit{"KiB", 1 << 10}, Unit{"GB", 1'000'000'000},
    Unit{"MB", 1'000'000}, Unit{"kB", 1000},     Unit{"B", 1},
};
constexpr std::array kDurationUnits = {
    Unit{"h", 3'600'000},
    Unit{"min", 60'000},
    Unit{"s", 1000},
    Unit{"ms", 1},
};

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

const Unit* FindUnit(std::span<const Unit> units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// Splits "16 MiB" at the end of its digits; one space may stand between.
std::pair<std::string_view, std::string_view> SplitUnit(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string_view unit = text.substr(end);
  if (unit.size() > 1 && unit.front() == ' ') unit.remove_prefix(1);
  return {text.substr(0, end), unit};
}

// None: no number, an unknown unit, or a product that does not fit.
std::optional<std::int64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units,
                                          std::string_view unit_when_bare) {
  const auto [digits, unit_name] = SplitUnit(text);
  const auto number = ParseWholeNumber(digits);
  const Unit* unit = FindUnit(units, unit_name.empty() ? unit_when_bare : unit_name);
  if (!number.ok() || unit == nullptr) return std::nullopt;
  if (*number > std::numeric_limits<std::int64_t>::max() / unit->factor) return std::nullopt;
  return *number * unit->factor;
}

std::string FormatWithUnit(std::int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value >= unit.factor && value % unit.factor == 0) {
      return std::to_string(value / unit.factor) + std::string(unit.name);
    }
  }
  return std::to_string(value) + std::string(units.back().name);
}

}  // namespace

Result<std::int64_t> ParseWholeNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) {
    return InvalidInput("must be a whole number, not " + Quoted(text));
  }
  return number;
}

Result<double> ParseFraction(std::string_view text) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return InvalidInput("must be a number, not " + Quoted(text));
  }
  return number;
}

Result<std::int64_t> ParseSize(std::string_view text) {
  if (const auto bytes = ParseWithUnit(text, kSizeUnits, "B")) return *bytes;
  return InvalidInput("must be a size such as 16MiB (B, kB, MB, GB, KiB, MiB, GiB), not " +
                      Quoted(text));
}

std::string FormatSize(std::int64_t bytes) {
  constexpr std::array kShown = {kSizeUnits[0], kSizeUnits[1], kSizeUnits[2], kSizeUnits[6]};
  return FormatWithUnit(bytes, kShown);
}

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  if (const auto count = ParseWithUnit(text, kDurationUnits, "no unit")) {
    return std::chrono::milliseconds(*count);
  }
  return InvalidInput("must be a time with its unit such as 10s (ms, s, min, h), not " +
                      Quoted(text));
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  return FormatWithUnit(duration.count(), kDurationUnits);
}

Result<bool> ParseBoolean(std::string_view text) {
  for (const std::string_view yes : {"true", "yes", "on", "1"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (text == no) return false;
  }
  return InvalidInput("must be true or false, not " + Quoted(text));
}

}  // namespace glyphd
