#include "ink/threshold.h"

#include <algorithm>
#include <array>

namespace glyphd {
namespace {

// A pencil takes a quarter of the light; the paper's fibre and folds up to a tenth.
constexpr int kFaintestInk = 24;
// The edge of a stroke lies at half of its density; strokes thin out where the pen is lifted.
constexpr double kShareOfInk = 0.35;

using Counts = std::array<std::uint32_t, 256>;

// Counts the pixels above `floor`; most are paper, so whole blocks of it are passed over.
Counts CountAbove(const Plane& plane, int floor) {
  constexpr std::size_t kBlock = 16;
  Counts counts{};
  const std::uint8_t* pixels = plane.pixels.data();
  const std::size_t size = plane.pixels.size();
  for (std::size_t begin = 0; begin < size; begin += kBlock) {
    const std::size_t end = std::min(size, begin + kBlock);
    std::uint8_t most = 0;
    for (std::size_t i = begin; i < end; ++i) most = std::max(most, pixels[i]);
    if (most <= floor) continue;
    for (std::size_t i = begin; i < end; ++i) ++counts[pixels[i]];
  }
  return counts;
}

// The mean density of the pixels above `floor`; 0 when there are none.
double MeanAbove(const Counts& counts, int floor) {
  std::uint64_t pixels = 0;
  std::uint64_t sum = 0;
  for (auto level = static_cast<std::size_t>(floor) + 1; level < counts.size(); ++level) {
    pixels += counts[level];
    sum += std::uint64_t{counts[level]} * level;
  }
  return pixels == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(pixels);
}

}  // namespace

int PickThreshold(const InkDensity& ink) {
  const int floor = std::min(254, std::max(kFaintestInk / 3, 4 * ink.noise));
  const Counts counts = CountAbove(ink.plane, floor);
  const double all = MeanAbove(counts, floor);
  // Soft edges pull the mean down; the mean of what lies above it is that of the strokes.
  const double strokes = std::max(all, MeanAbove(counts, static_cast<int>(all)));
  if (strokes < kFaintestInk) return 0;
  return std::max(floor + 1, static_cast<int>(strokes * kShareOfInk));
}

}  // namespace glyphd
