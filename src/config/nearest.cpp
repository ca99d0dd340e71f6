#include "config/nearest.h"

#include <algorithm>

namespace glyphd {
namespace {

// Nobody types longer names; an attacker's would only cost time.
constexpr std::size_t kMaxNameLength = 100;

using Row = std::vector<std::size_t>;

bool Swapped(std::string_view left, std::string_view right, std::size_t i, std::size_t j) {
  return i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
}

}  // namespace

std::size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<Row> cost(left.size() + 1, Row(right.size() + 1));
  for (std::size_t i = 0; i <= left.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= right.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      cost[i][j] = std::min({replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      if (Swapped(left, right, i, j)) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[left.size()][right.size()];
}

std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates) {
  std::optional<std::string> nearest;
  if (name.size() > kMaxNameLength) return nearest;
  std::size_t least = kMaxNameLength;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(name, candidate);
    if (distance > std::max<std::size_t>(1, candidate.size() / 3) || distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  const auto nearest = NearestName(name, candidates);
  return nearest ? "; did you mean \"" + *nearest + "\"?" : std::string();
}

}  // namespace glyphd
