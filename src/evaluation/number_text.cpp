#include "evaluation/number_text.h"

#include <array>
#include <charconv>

namespace glyphd {

std::string Fixed(double value, int decimals) {
  std::array<char, 400> buffer{};  // the largest double has 309 digits before the point
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::fixed, decimals);
  return {buffer.data(), end};
}

std::string Percent(double share, int decimals) { return Fixed(100 * share, decimals) + " %"; }

std::string Grouped(std::size_t count) {
  const std::string digits = std::to_string(count);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

}  // namespace glyphd
