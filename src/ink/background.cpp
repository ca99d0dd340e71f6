#include "ink/background.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "ink/grey.h"

namespace glyphd {
namespace {

constexpr int kOverviewSide = 96;  // the shorter side of the picture that light is judged by
constexpr int kTileSide = 4;       // in pixels of the overview
// The closing bridges strokes up to 2 * 3 + 1 of the 24 tiles that the shorter side holds.
constexpr int kClosingRadius = 3;
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

// Sums over any upright rectangle in four look-ups.
class SummedArea {
 public:
  explicit SummedArea(const Plane& plane)
      : stride_(static_cast<std::size_t>(plane.width) + 1),
        sums_(stride_ * (static_cast<std::size_t>(plane.height) + 1)) {
    for (int y = 0; y < plane.height; ++y) AddRow(plane.Row(y), static_cast<std::size_t>(y));
  }

  std::int64_t Sum(int left, int top, int right, int bottom) const {
    return At(right, bottom) - At(left, bottom) - At(right, top) + At(left, top);
  }

 private:
  void AddRow(const std::uint8_t* row, std::size_t y) {
    std::int64_t running = 0;
    for (std::size_t x = 0; x + 1 < stride_; ++x) {
      running += row[x];
      sums_[(y + 1) * stride_ + x + 1] = sums_[y * stride_ + x + 1] + running;
    }
  }
  std::int64_t At(int x, int y) const {
    return sums_[static_cast<std::size_t>(y) * stride_ + static_cast<std::size_t>(x)];
  }

  std::size_t stride_;
  std::vector<std::int64_t> sums_;
};

// The skewness of the deviations from the neighbourhood's mean. Ink is the minority, so its side
// has the longer tail; shadows are wider than the neighbourhood and lean to neither side.
double LocalSkewness(const Plane& plane) {
  const SummedArea areas(plane);
  const int radius = std::max(1, plane.ShorterSide() / 4);
  double squares = 0;
  double cubes = 0;
  for (int y = 0; y < plane.height; ++y) {
    const int top = std::max(0, y - radius);
    const int bottom = std::min(plane.height, y + radius + 1);
    const std::uint8_t* row = plane.Row(y);
    for (int x = 0; x < plane.width; ++x) {
      const int left = std::max(0, x - radius);
      const int right = std::min(plane.width, x + radius + 1);
      const float mean = static_cast<float>(areas.Sum(left, top, right, bottom)) /
                         static_cast<float>((right - left) * (bottom - top));
      const double deviation = static_cast<double>(static_cast<float>(row[x]) - mean);
      squares += deviation * deviation;
      cubes += deviation * deviation * deviation;
    }
  }
  const double count = static_cast<double>(plane.pixels.size());
  const double variance = squares / count;
  return variance > 0 ? cubes / count / (variance * std::sqrt(variance)) : 0;
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
  return 2 * RimLevel(plane) > *darkest + *lightest;
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

template <typename Pick>
Plane FilterRows(const Plane& plane, Pick pick) {
  Plane filtered(plane.width, plane.height);
  for (int y = 0; y < plane.height; ++y) {
    const std::uint8_t* row = plane.Row(y);
    for (int x = 0; x < plane.width; ++x) {
      const int begin = std::max(0, x - kClosingRadius);
      const int end = std::min(plane.width, x + kClosingRadius + 1);
      filtered.Row(y)[x] = *pick(row + begin, row + end);
    }
  }
  return filtered;
}

Plane Transposed(const Plane& plane) {
  Plane turned(plane.height, plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) turned.Row(x)[y] = plane.Row(y)[x];
  }
  return turned;
}

template <typename Pick>
Plane FilterSquare(const Plane& plane, Pick pick) {
  return Transposed(FilterRows(Transposed(FilterRows(plane, pick)), pick));
}

// Lifts what is darker than its surroundings and narrower than the closing: the strokes.
Plane Closed(const Plane& tiles) {
  const auto brightest = [](const auto* begin, const auto* end) {
    return std::max_element(begin, end);
  };
  const auto darkest = [](const auto* begin, const auto* end) {
    return std::min_element(begin, end);
  };
  return FilterSquare(FilterSquare(tiles, brightest), darkest);
}

// 255 * (paper - grey) / paper by a multiplication, for every brightness of paper.
std::array<std::uint32_t, 256> MakeReciprocals() {
  std::array<std::uint32_t, 256> reciprocals{};
  for (std::uint32_t paper = 1; paper < 256; ++paper) {
    reciprocals[paper] = (255U * 65536U + paper - 1) / paper;
  }
  return reciprocals;
}

std::uint8_t Density(std::uint32_t paper, std::uint32_t grey,
                     const std::array<std::uint32_t, 256>& reciprocals) {
  const std::uint32_t absorbed = paper > grey ? paper - grey : 0;
  return static_cast<std::uint8_t>((absorbed * reciprocals[paper]) >> 16U);
}

void DivideByEvenPaper(Plane& grey, std::uint32_t paper) {
  const auto reciprocals = MakeReciprocals();
  std::array<std::uint8_t, 256> densities;
  for (std::uint32_t level = 0; level < 256; ++level) {
    densities[level] = Density(paper, level, reciprocals);
  }
  for (std::uint8_t& pixel : grey.pixels) pixel = densities[pixel];
}

// Where a pixel lies between the centres of two tiles, in 1/256.
struct Between {
  int before;
  int after;
  std::uint32_t share;  // of the latter
};

Between Locate(int pixel, int pixels_per_tile, int tiles) {
  const int position = (2 * pixel + 1 - pixels_per_tile) * 128 / pixels_per_tile;
  const int clamped = std::clamp(position, 0, (tiles - 1) * 256);
  const int before = clamped / 256;
  return {before, std::min(before + 1, tiles - 1), static_cast<std::uint32_t>(clamped % 256)};
}

// The paper under one row of pixels for every column of tiles, in 1/256.
std::vector<std::uint32_t> PaperOfRow(const Plane& tiles, const Between& rows) {
  std::vector<std::uint32_t> paper(static_cast<std::size_t>(tiles.width));
  for (std::size_t x = 0; x < paper.size(); ++x) {
    paper[x] =
        tiles.Row(rows.before)[x] * (256 - rows.share) + tiles.Row(rows.after)[x] * rows.share;
  }
  return paper;
}

void DivideByPaper(Plane& grey, const Plane& tiles, int pixels_per_tile) {
  const auto reciprocals = MakeReciprocals();
  std::vector<Between> columns;
  for (int x = 0; x < grey.width; ++x) {
    columns.push_back(Locate(x, pixels_per_tile, tiles.width));
  }
  for (int y = 0; y < grey.height; ++y) {
    const auto paper = PaperOfRow(tiles, Locate(y, pixels_per_tile, tiles.height));
    std::uint8_t* row = grey.Row(y);
    for (const Between& column : columns) {
      const std::uint32_t level =
          paper[static_cast<std::size_t>(column.before)] * (256 - column.share) +
          paper[static_cast<std::size_t>(column.after)] * column.share;
      *row = Density(level >> 16U, *row, reciprocals);
      ++row;
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

// Divides by the paper's brightness; expects dark ink.
void CancelLight(Plane& grey, const Plane& overview, int shrink) {
  const Histogram levels = CountLevels(overview.pixels);
  const int typical = Percentile(levels, overview.pixels.size(), 0.75);
  if (grey.ShorterSide() < kSmallestUnevenSide) {
    return DivideByEvenPaper(grey, static_cast<std::uint32_t>(typical));
  }
  const Plane tiles = Closed(TileLevels(overview));
  const auto [darkest, lightest] = std::minmax_element(tiles.pixels.begin(), tiles.pixels.end());
  if (*lightest - *darkest <= kEvenLight) return DivideByEvenPaper(grey, *lightest);
  DivideByPaper(grey, tiles, kTileSide * shrink);
}

}  // namespace

bool InkIsDark(const Plane& overview) {
  // Two levels in the shares 40 : 60 have this skewness; nearer to half and half, ask the rim.
  constexpr double kClear = 0.4;
  const double skewness = LocalSkewness(overview);
  return std::abs(skewness) >= kClear ? skewness < 0 : RimIsLight(overview);
}

InkDensity MeasureInk(Plane grey) {
  const int shrink = std::max(1, grey.ShorterSide() / kOverviewSide);
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
