#include "ink/background.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "ink/grey.h"

namespace glyphd {
namespace {

constexpr int kOverviewSide = 96;  // longest shorter side of the picture that light is judged by
constexpr int kTileSide = 4;       // in pixels of the overview
// The closing bridges strokes up to two sevenths of the shorter side wide.
constexpr int kClosingShare = 7;
// Below this a picture holds too few tiles, and a thumbnail's light is even anyway.
constexpr int kSmallestUnevenSide = 48;
constexpr int kEvenLight = 6;  // tiles that differ by less are the same paper

using Histogram = std::array<std::uint32_t, 256>;

Histogram CountLevels(const std::vector<std::uint8_t>& pixels) {
  Histogram histogram{};
  for (const std::uint8_t pixel : pixels) ++histogram[pixel];
  return histogram;
}

int Percentile(const Histogram& histogram, std::size_t count, double share) {
  const auto wanted = static_cast<std::uint64_t>(static_cast<double>(count) * share);
  std::uint64_t seen = 0;
  for (std::size_t level = 0; level < histogram.size(); ++level) {
    seen += histogram[level];
    if (seen > wanted) return static_cast<int>(level);
  }
  return 255;
}

// Ink is the minority, so its side of the mean has the longer tail: negative for dark ink.
double Skewness(const Plane& plane) {
  const auto sum = std::accumulate(plane.pixels.begin(), plane.pixels.end(), 0);
  const float mean = static_cast<float>(sum) / static_cast<float>(plane.pixels.size());
  float squares = 0;
  float cubes = 0;
  for (const std::uint8_t pixel : plane.pixels) {
    const float deviation = static_cast<float>(pixel) - mean;
    const float square = deviation * deviation;
    squares += square;
    cubes += square * deviation;
  }
  const double count = static_cast<double>(plane.pixels.size());
  const double variance = static_cast<double>(squares) / count;
  return variance > 0 ? static_cast<double>(cubes) / count / (variance * std::sqrt(variance)) : 0;
}

// The middle value of the picture's outermost pixels: mostly paper even under bold ink.
int RimLevel(const Plane& plane) {
  std::vector<std::uint8_t> rim;
  rim.insert(rim.end(), plane.Row(0), plane.Row(0) + plane.width);
  rim.insert(rim.end(), plane.Row(plane.height - 1), plane.Row(plane.height - 1) + plane.width);
  for (int y = 1; y + 1 < plane.height; ++y) {
    rim.push_back(plane.Row(y)[0]);
    rim.push_back(plane.Row(y)[plane.width - 1]);
  }
  const auto middle = rim.begin() + static_cast<std::ptrdiff_t>(rim.size() / 2);
  std::nth_element(rim.begin(), middle, rim.end());
  return *middle;
}

bool RimIsLight(const Plane& plane) {
  const auto [darkest, lightest] = std::minmax_element(plane.pixels.begin(), plane.pixels.end());
  return 2 * RimLevel(plane) >= *darkest + *lightest;
}

void Invert(Plane& plane) {
  for (std::uint8_t& pixel : plane.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
}

// The brightness of bare paper in one tile: ink is dark and seldom fills three quarters of it.
std::uint8_t TileLevel(const Plane& overview, int left, int top) {
  std::array<std::uint8_t, kTileSide * kTileSide> levels{};
  std::size_t count = 0;
  for (int y = top; y < std::min(top + kTileSide, overview.height); ++y) {
    for (int x = left; x < std::min(left + kTileSide, overview.width); ++x) {
      levels[count++] = overview.Row(y)[x];
    }
  }
  auto* const wanted = levels.data() + count * 3 / 4;
  std::nth_element(levels.data(), wanted, levels.data() + count);
  return *wanted;
}

Plane TileLevels(const Plane& overview) {
  Plane tiles((overview.width + kTileSide - 1) / kTileSide,
              (overview.height + kTileSide - 1) / kTileSide);
  for (int y = 0; y < tiles.height; ++y) {
    for (int x = 0; x < tiles.width; ++x) {
      tiles.Row(y)[x] = TileLevel(overview, x * kTileSide, y * kTileSide);
    }
  }
  return tiles;
}

Plane Transposed(const Plane& plane) {
  Plane turned(plane.height, plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) turned.Row(x)[y] = plane.Row(y)[x];
  }
  return turned;
}

// Combines every pixel with those up to `radius` above and below it, whole rows at a time.
template <typename Combine>
Plane FilterColumns(const Plane& plane, int radius, Combine combine) {
  Plane filtered = plane;
  for (int y = 0; y < plane.height; ++y) {
    std::uint8_t* out = filtered.Row(y);
    const int end = std::min(plane.height, y + radius + 1);
    for (int other = std::max(0, y - radius); other < end; ++other) {
      const std::uint8_t* row = plane.Row(other);
      for (int x = 0; x < plane.width; ++x) out[x] = combine(out[x], row[x]);
    }
  }
  return filtered;
}

template <typename Combine>
Plane FilterSquare(const Plane& plane, int radius, Combine combine) {
  return Transposed(
      FilterColumns(Transposed(FilterColumns(plane, radius, combine)), radius, combine));
}

Plane Brightest(const Plane& plane, int radius) {
  return FilterSquare(plane, radius, [](std::uint8_t a, std::uint8_t b) { return std::max(a, b); });
}

Plane Darkest(const Plane& plane, int radius) {
  return FilterSquare(plane, radius, [](std::uint8_t a, std::uint8_t b) { return std::min(a, b); });
}

// Lifts what is darker than its surroundings and narrower than the closing: the strokes.
Plane Closed(const Plane& plane) {
  const int radius = std::max(1, plane.ShorterSide() / kClosingShare);
  return Darkest(Brightest(plane, radius), radius);
}

// The same for what is lighter.
Plane Opened(const Plane& plane) {
  const int radius = std::max(1, plane.ShorterSide() / kClosingShare);
  return Brightest(Darkest(plane, radius), radius);
}

// The sum of all steps from a pixel to its neighbours.
std::int64_t Roughness(const Plane& plane) {
  std::int64_t sum = 0;
  for (int y = 1; y < plane.height; ++y) {
    const std::uint8_t* above = plane.Row(y - 1);
    const std::uint8_t* row = plane.Row(y);
    int of_row = 0;
    for (int x = 1; x < plane.width; ++x) {
      of_row += std::abs(row[x] - row[x - 1]) + std::abs(row[x] - above[x]);
    }
    sum += of_row;
  }
  return sum;
}

// From -1, light ink, to 1, dark ink. Paper without its ink is smooth but for the edges of
// shadows; had the light parts been the ink, taking them away would leave the strokes standing.
double SmootherAsLightPaper(const Plane& overview) {
  const auto as_light_paper = static_cast<double>(Roughness(Closed(overview)));
  const auto as_dark_paper = static_cast<double>(Roughness(Opened(overview)));
  const double both = as_light_paper + as_dark_paper;
  return both > 0 ? (as_dark_paper - as_light_paper) / both : 0;
}

Plane WithMargin(const Plane& plane, int margin) {
  Plane larger(plane.width + 2 * margin, plane.height + 2 * margin);
  for (int y = 0; y < plane.height; ++y) {
    std::copy_n(plane.Row(y), plane.width, larger.Row(y + margin) + margin);
  }
  return larger;
}

Plane WithoutMargin(const Plane& plane, int margin) {
  Plane smaller(plane.width - 2 * margin, plane.height - 2 * margin);
  for (int y = 0; y < smaller.height; ++y) {
    std::copy_n(plane.Row(y + margin) + margin, smaller.width, smaller.Row(y));
  }
  return smaller;
}

// The paper under every pixel of the overview. A black margin makes what is dark along the rim, a
// table or a corner that the lens left dark, count as going on outside, hence as paper. Edges of
// shadows are kept; one pixel of tolerance takes up that they fall between pixels.
Plane PaperLevels(const Plane& overview) {
  const int margin = std::max(1, overview.ShorterSide() / kClosingShare);
  return Darkest(WithoutMargin(Closed(WithMargin(overview, margin)), margin), 1);
}

// Added to brightnesses before they are divided, or the noise of what is nearly black would come
// out as ink.
constexpr std::uint32_t kDarkness = 16;

// What a pixel is multiplied by so that bare paper becomes 255, in 1/65536.
std::uint32_t GainOf(std::uint32_t paper) { return 255U * 65536U / (paper + kDarkness); }

std::uint8_t DensityOf(std::uint8_t grey, std::uint32_t gain) {
  const std::uint32_t light = ((grey + kDarkness) * gain + 65535U) >> 16U;
  return static_cast<std::uint8_t>(255U - std::min(255U, light));
}

void DivideByEvenPaper(Plane& grey, std::uint8_t paper) {
  if (paper == 255) return Invert(grey);
  std::array<std::uint8_t, 256> densities;
  for (std::size_t level = 0; level < densities.size(); ++level) {
    densities[level] = DensityOf(static_cast<std::uint8_t>(level), GainOf(paper));
  }
  for (std::uint8_t& pixel : grey.pixels) pixel = densities[pixel];
}

// Divides pixels by a gain that changes evenly along them.
void DivideStretch(std::uint8_t* pixels, int count, std::uint32_t gain, std::uint32_t next_gain,
                   int distance) {
  const int step = (static_cast<int>(next_gain) - static_cast<int>(gain)) / distance;
  auto running = static_cast<int>(gain);
  for (int i = 0; i < count; ++i) {
    pixels[i] = DensityOf(pixels[i], static_cast<std::uint32_t>(running));
    running += step;
  }
}

// The gains of one row of pixels at the centres of the overview's pixels, `shrink` apart.
std::vector<std::uint32_t> GainsOfRow(const Plane& paper, int y, int shrink) {
  const int position = std::clamp((2 * y + 1 - shrink) * 128 / shrink, 0, (paper.height - 1) * 256);
  const std::uint8_t* above = paper.Row(position / 256);
  const std::uint8_t* below = paper.Row(std::min(position / 256 + 1, paper.height - 1));
  const auto share = static_cast<std::uint32_t>(position % 256);
  std::vector<std::uint32_t> gains(static_cast<std::size_t>(paper.width));
  for (std::size_t x = 0; x < gains.size(); ++x) {
    gains[x] = GainOf((above[x] * (256 - share) + below[x] * share + 128) / 256);
  }
  return gains;
}

void DivideByPaper(Plane& grey, const Plane& paper, int shrink) {
  for (int y = 0; y < grey.height; ++y) {
    const auto gains = GainsOfRow(paper, y, shrink);
    std::uint8_t* row = grey.Row(y);
    // From the left edge to the first centre, then from centre to centre.
    int x = std::min(grey.width, shrink / 2);
    DivideStretch(row, x, gains.front(), gains.front(), 1);
    for (std::size_t i = 0; i < gains.size(); ++i) {
      const int count = std::min(shrink, grey.width - x);
      const std::uint32_t next_gain = gains[std::min(i + 1, gains.size() - 1)];
      if (count > 0) DivideStretch(row + x, count, gains[i], next_gain, shrink);
      x += shrink;
    }
  }
}

// Half of all pixels differ from one a little further by less than 0.95 standard deviations,
// and neither strokes nor shadows reach half of the pixels.
int MeasureNoise(const Plane& density) {
  const int lag = std::max(1, density.ShorterSide() / 100);
  const std::size_t step = std::max<std::size_t>(1, density.pixels.size() / 8191);
  Histogram steps{};
  std::size_t count = 0;
  for (std::size_t i = 0; i + static_cast<std::size_t>(lag) < density.pixels.size(); i += step) {
    const int difference = density.pixels[i] - density.pixels[i + static_cast<std::size_t>(lag)];
    ++steps[static_cast<std::size_t>(std::abs(difference))];
    ++count;
  }
  return Percentile(steps, count, 0.5);
}

// Bare paper's brightness where the light is even, that is, in most drawings and scans.
std::uint8_t TypicalPaper(const Plane& overview) {
  const Histogram levels = CountLevels(overview.pixels);
  return static_cast<std::uint8_t>(Percentile(levels, overview.pixels.size(), 0.75));
}

// Turns brightness into density; expects dark ink.
void CancelLight(Plane& grey, const Plane& overview, int shrink) {
  if (grey.ShorterSide() < kSmallestUnevenSide) {
    return DivideByEvenPaper(grey, TypicalPaper(overview));
  }
  const Plane tiles = Closed(TileLevels(overview));
  const auto [darkest, lightest] = std::minmax_element(tiles.pixels.begin(), tiles.pixels.end());
  if (*lightest - *darkest <= kEvenLight) return DivideByEvenPaper(grey, *lightest);
  DivideByPaper(grey, PaperLevels(overview), shrink);
}

}  // namespace

bool InkIsDark(const Plane& overview) {
  constexpr double kClearlySmoother = 0.02;
  // Two levels in the shares 40 : 60 have this skewness; nearer to half and half, ask the rim.
  constexpr double kClearlySkewed = 0.4;
  if (overview.ShorterSide() >= kSmallestUnevenSide) {
    const double darkness = SmootherAsLightPaper(Shrink(overview, 2));
    if (std::abs(darkness) >= kClearlySmoother) return darkness > 0;
  }
  const double skewness = Skewness(overview);
  return std::abs(skewness) >= kClearlySkewed ? skewness < 0 : RimIsLight(overview);
}

InkDensity MeasureInk(Plane grey) {
  const int shrink = std::max(1, (grey.ShorterSide() + kOverviewSide - 1) / kOverviewSide);
  Plane overview = Shrink(grey, shrink);
  if (!InkIsDark(overview)) {
    Invert(grey);
    Invert(overview);
  }
  CancelLight(grey, overview, shrink);
  InkDensity ink{std::move(grey), 0};
  ink.noise = MeasureNoise(ink.plane);
  return ink;
}

}  // namespace glyphd
