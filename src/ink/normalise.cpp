#include "ink/normalise.h"

#include <algorithm>
#include <cmath>

namespace glyphd {
namespace {

constexpr int kInkSide = 20;
// The pixel that holds the centre of mass of every MNIST digit.
constexpr int kCentre = 14;
// Widths of MNIST's strokes in its own pixels: 19 of 20 digits are wider than kThin, a quarter
// is narrower than kUsual. What is thinner is brought to the latter.
constexpr double kThin = 1.9;
constexpr double kUsual = 2.4;
// Thin marks are thickened on a canvas that is this many times finer than the result.
constexpr int kFineness = 3;
constexpr int kCanvasSide = kInkSide * kFineness;

// The density that nine in ten of the mark's pixels do not exceed: full ink.
int FullInk(const Plane& density, std::span<const Run> runs, std::int64_t area) {
  std::array<std::int32_t, 256> counts{};
  for (const Run& run : runs) {
    const std::uint8_t* row = density.Row(run.y);
    for (int x = run.begin; x < run.end; ++x) ++counts[row[x]];
  }
  std::int64_t above = area / 10;
  int level = 255;
  while (level > 0 && above >= counts[static_cast<std::size_t>(level)]) {
    above -= counts[static_cast<std::size_t>(level--)];
  }
  return level;
}

using Curve = std::array<std::uint8_t, 256>;

// Stretches the densities from the paper's noise to full ink over 0 … 255.
Curve MakeCurve(int noise, int full_ink) {
  const int floor = std::min(2 * noise, full_ink - 1);
  Curve curve;
  for (int level = 0; level < 256; ++level) {
    const int stretched = (level - floor) * 255 / (full_ink - floor);
    curve[static_cast<std::size_t>(level)] =
        static_cast<std::uint8_t>(std::clamp(stretched, 0, 255));
  }
  return curve;
}

// The soft edge around a stroke lies outside of its runs: takes one pixel more on all sides.
void CopyRun(const Plane& density, const Run& run, const Curve& curve, Plane& crop, int left,
             int top) {
  const int begin = std::max(0, run.begin - 1);
  const int end = std::min(density.width, run.end + 1);
  for (int y = std::max(0, run.y - 1); y <= std::min(density.height - 1, run.y + 1); ++y) {
    const std::uint8_t* from = density.Row(y) + begin;
    std::uint8_t* to = crop.Row(y - top) + (begin - left);
    for (int x = begin; x < end; ++x) *to++ = curve[*from++];
  }
}

// The mark alone, with a margin of one pixel.
Plane Crop(const InkDensity& ink, std::span<const Run> runs, const Component& extent) {
  const Curve curve = MakeCurve(ink.noise, FullInk(ink.plane, runs, extent.area));
  Plane crop(extent.width() + 2, extent.height() + 2);
  for (const Run& run : runs) {
    CopyRun(ink.plane, run, curve, crop, extent.left - 1, extent.top - 1);
  }
  return crop;
}

bool HasInk(const std::uint8_t* pixel, int count, std::size_t stride, int least) {
  for (int i = 0; i < count; ++i, pixel += stride) {
    if (*pixel >= least) return true;
  }
  return false;
}

// The part of the plane that holds pixels of at least `least`; the plane must have some.
Box InkBox(const Plane& plane, int least) {
  const auto stride = static_cast<std::size_t>(plane.width);
  int left = 0;
  int top = 0;
  int right = plane.width;
  int bottom = plane.height;
  while (top < bottom && !HasInk(plane.Row(top), plane.width, 1, least)) ++top;
  while (bottom > top && !HasInk(plane.Row(bottom - 1), plane.width, 1, least)) --bottom;
  while (left < right && !HasInk(plane.Row(0) + left, plane.height, stride, least)) ++left;
  while (right > left && !HasInk(plane.Row(0) + right - 1, plane.height, stride, least)) --right;
  return {left, top, right - left, bottom - top};
}

// Area-averages one line of pixels to `count`. Where pixels are made larger, each new one still
// covers a whole old one, which is linear interpolation.
template <typename Value>
void AverageLine(const Value* line, int length, int count, std::vector<float>& sums, float* out,
                 int out_stride) {
  sums.resize(static_cast<std::size_t>(length) + 1);
  for (std::size_t i = 0; i < static_cast<std::size_t>(length); ++i) {
    sums[i + 1] = sums[i] + static_cast<float>(line[i]);
  }
  const auto sum_until = [&](float position) {
    const float inside = std::clamp(position, 0.0F, static_cast<float>(length));
    const auto whole =
        std::min(static_cast<std::size_t>(inside), static_cast<std::size_t>(length - 1));
    return sums[whole] + (inside - static_cast<float>(whole)) * (sums[whole + 1] - sums[whole]);
  };
  const float scale = static_cast<float>(length) / static_cast<float>(count);
  const float reach = std::max(1.0F, scale) / 2;
  for (int i = 0; i < count; ++i, out += out_stride) {
    const float centre = (static_cast<float>(i) + 0.5F) * scale;
    *out = (sum_until(centre + reach) - sum_until(centre - reach)) / (2 * reach);
  }
}

struct ScaledInk {
  int width;
  int height;
  std::array<float, kInkSide * kInkSide> pixels;
};

// Scales a box of the plane so that its longer side measures kInkSide.
ScaledInk ScaleToInkSide(const Plane& plane, const Box& box) {
  const int longer = std::max(box.width, box.height);
  const auto scaled = [longer](int side) {
    return std::max(1, (2 * side * kInkSide + longer) / (2 * longer));
  };
  ScaledInk ink{scaled(box.width), scaled(box.height), {}};
  std::vector<float> columns(static_cast<std::size_t>(box.height * ink.width));
  std::vector<float> sums;
  for (int y = 0; y < box.height; ++y) {
    AverageLine(plane.Row(box.y + y) + box.x, box.width, ink.width, sums, columns.data() + y,
                box.height);
  }
  for (int x = 0; x < ink.width; ++x) {
    AverageLine(columns.data() + x * box.height, box.height, ink.height, sums,
                ink.pixels.data() + x, ink.width);
  }
  return ink;
}

struct Point {
  double x = 0;
  double y = 0;
};

Point CentreOfMass(const ScaledInk& ink) {
  double mass = 0;
  Point centre;
  const float* pixel = ink.pixels.data();
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      const double weight = static_cast<double>(*pixel++);
      mass += weight;
      centre.x += weight * x;
      centre.y += weight * y;
    }
  }
  return mass > 0 ? Point{centre.x / mass, centre.y / mass} : Point{};
}

// MNIST's strokes are full ink somewhere; averaging has taken some of it from thin ones.
float GainToFullInk(const ScaledInk& ink) {
  const float most = *std::max_element(ink.pixels.begin(), ink.pixels.end());
  return most > 0 ? 255 / most : 0;
}

GlyphImage PlaceByMass(const ScaledInk& ink) {
  const Point centre = CentreOfMass(ink);
  // A lopsided mark is moved less, so that none of it falls off the edge.
  const int left =
      std::clamp(static_cast<int>(std::lround(kCentre - centre.x)), 0, kGlyphSide - ink.width);
  const int top =
      std::clamp(static_cast<int>(std::lround(kCentre - centre.y)), 0, kGlyphSide - ink.height);
  const float gain = GainToFullInk(ink);
  GlyphImage image{};
  const float* pixel = ink.pixels.data();
  for (int y = 0; y < ink.height; ++y) {
    std::uint8_t* row = image.data() + (top + y) * kGlyphSide + left;
    for (int x = 0; x < ink.width; ++x) {
      *row++ = static_cast<std::uint8_t>(std::min(255.0F, *pixel++ * gain + 0.5F));
    }
  }
  return image;
}

GlyphImage ScaleAndPlace(const Plane& plane) {
  constexpr int kFaint = 16;  // soft edges fainter than this do not count as the mark's extent
  return PlaceByMass(ScaleToInkSide(plane, InkBox(plane, kFaint)));
}

// The mark in black and white, shrunk so that its longer side fits the canvas. A canvas pixel
// is ink when any of its pixels is: a hair line must not be averaged away.
Plane DrawOnCanvas(std::span<const Run> runs, const Component& extent, int margin) {
  const double scale = std::min(1.0, static_cast<double>(kCanvasSide) / extent.longer_side());
  const auto place = [&](int position) { return static_cast<int>(position * scale) + margin; };
  Plane canvas(place(extent.width() - 1) + 1 + margin, place(extent.height() - 1) + 1 + margin);
  for (const Run& run : runs) {
    std::uint8_t* row = canvas.Row(place(run.y - extent.top));
    std::fill(row + place(run.begin - extent.left), row + place(run.end - 1 - extent.left) + 1,
              std::uint8_t{255});
  }
  return canvas;
}

double StrokeWidthOnCanvas(const Plane& canvas) {
  std::int64_t area = 0;
  std::int64_t outline = 0;
  for (int y = 1; y + 1 < canvas.height; ++y) {
    const std::uint8_t* row = canvas.Row(y);
    for (int x = 1; x + 1 < canvas.width; ++x) {
      if (row[x] == 0) continue;
      ++area;
      outline += (row[x - 1] == 0) + (row[x + 1] == 0) + (row[x - canvas.width] == 0) +
                 (row[x + canvas.width] == 0);
    }
  }
  return StrokeWidth(area, outline);
}

// A round pen with a soft edge, as rows of coverage.
Plane MakePen(double radius, int reach) {
  Plane pen(2 * reach + 1, 2 * reach + 1);
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      const double coverage = std::clamp(radius + 0.5 - std::hypot(x, y), 0.0, 1.0);
      pen.Row(y + reach)[x + reach] = static_cast<std::uint8_t>(std::lround(255 * coverage));
    }
  }
  return pen;
}

void Stamp(const Plane& pen, int left, int top, Plane& plane) {
  for (int y = 0; y < pen.height; ++y) {
    std::uint8_t* row = plane.Row(top + y) + left;
    const std::uint8_t* from = pen.Row(y);
    for (int x = 0; x < pen.width; ++x) row[x] = std::max(row[x], from[x]);
  }
}

// Draws every pixel of ink again with a thicker pen.
Plane Thicken(const Plane& canvas, double radius, int reach) {
  const Plane pen = MakePen(radius, reach);
  Plane thick(canvas.width, canvas.height);
  for (int y = reach; y + reach < canvas.height; ++y) {
    for (int x = reach; x + reach < canvas.width; ++x) {
      if (canvas.Row(y)[x] != 0) Stamp(pen, x - reach, y - reach, thick);
    }
  }
  return thick;
}

GlyphImage NormaliseThin(std::span<const Run> runs, const Component& extent) {
  constexpr int kMargin = 2 * kFineness;  // more than any pen reaches
  const Plane canvas = DrawOnCanvas(runs, extent, kMargin);
  const int side = std::max(canvas.width, canvas.height) - 2 * kMargin;
  const double wanted = kUsual * side / kInkSide;
  const double radius = std::max(0.0, (wanted - StrokeWidthOnCanvas(canvas)) / 2);
  const int reach = std::min(kMargin - 1, static_cast<int>(std::ceil(radius)) + 1);
  return ScaleAndPlace(Thicken(canvas, radius, reach));
}

}  // namespace

GlyphImage NormaliseMark(const InkDensity& ink, std::span<const Run> runs,
                         const Component& extent) {
  const double width = StrokeWidth(extent.area, extent.outline) * kInkSide / extent.longer_side();
  if (width < kThin) return NormaliseThin(runs, extent);
  return ScaleAndPlace(Crop(ink, runs, extent));
}

std::optional<ReadyGlyph> AsReadyGlyph(const InkDensity& ink) {
  const Plane& plane = ink.plane;
  if (plane.width != kGlyphSide || plane.height != kGlyphSide || ink.noise > 0) return std::nullopt;
  const Box box = InkBox(plane, 1);
  if (std::max(box.width, box.height) != kInkSide) return std::nullopt;
  std::int64_t mass = 0;
  std::int64_t mass_x = 0;
  std::int64_t mass_y = 0;
  for (int y = 0; y < kGlyphSide; ++y) {
    for (int x = 0; x < kGlyphSide; ++x) {
      const std::int64_t weight = plane.Row(y)[x];
      mass += weight;
      mass_x += weight * x;
      mass_y += weight * y;
    }
  }
  const auto is_centred = [mass](std::int64_t moment) {
    return std::abs(2 * (moment - kCentre * mass)) <= mass + mass / 8;
  };
  if (!is_centred(mass_x) || !is_centred(mass_y)) return std::nullopt;
  ReadyGlyph ready{box, {}};
  std::copy(plane.pixels.begin(), plane.pixels.end(), ready.image.begin());
  return ready;
}

}  // namespace glyphd
