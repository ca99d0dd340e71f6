#include "dataset/class_names.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace glyphd {
namespace {

constexpr std::size_t kDigits = 10;

std::vector<std::string> Numbers(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

bool IsDigit(const std::string& name) {
  return name.size() == 1 && name[0] >= '0' && name[0] <= '9';
}

bool IsNumber(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

std::string_view WithoutZeros(std::string_view number) {
  return number.substr(std::min(number.find_first_not_of('0'), number.size()));
}

bool NumberLess(const std::string& a, const std::string& b) {
  const std::string_view x = WithoutZeros(a);
  const std::string_view y = WithoutZeros(b);
  return std::pair(x.size(), x) < std::pair(y.size(), y);
}

}  // namespace

std::vector<std::string> OrderedClasses(const std::vector<std::string>& names) {
  const std::set<std::string> distinct(names.begin(), names.end());
  if (!distinct.empty() && std::ranges::all_of(distinct, IsDigit)) return Numbers(kDigits);
  std::vector<std::string> ordered(distinct.begin(), distinct.end());
  if (std::ranges::all_of(ordered, IsNumber)) std::ranges::stable_sort(ordered, NumberLess);
  return ordered;
}

std::vector<std::string> NumberedClasses(std::span<const std::uint8_t> labels) {
  const auto highest = std::ranges::max_element(labels);
  const std::size_t needed = highest == labels.end() ? 0 : std::size_t{*highest} + 1;
  return Numbers(std::max(kDigits, needed));
}

}  // namespace glyphd
