#include "training/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace glyphd {
namespace {

constexpr int kSide = kGlyphSide;
constexpr float kCentre = (kSide - 1) / 2.0F;

// One pixel of paper all around, so that sampling and windows need no edge cases.
constexpr int kFramedSide = kSide + 2;
using Framed = std::array<float, static_cast<std::size_t>(kFramedSide* kFramedSide)>;

std::size_t FramedIndex(int x, int y) {
  return static_cast<std::size_t>((y + 1) * kFramedSide + x + 1);
}

Framed Frame(const GlyphImage& image) {
  Framed framed{};
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      framed[FramedIndex(x, y)] =
          static_cast<float>(image[static_cast<std::size_t>(y * kSide + x)]) / 255.0F;
    }
  }
  return framed;
}

Framed Frame(GlyphPixels pixels) {
  Framed framed{};
  for (int y = 0; y < kSide; ++y) {
    std::copy_n(pixels.begin() + y * kSide, kSide, framed.begin() + (y + 1) * kFramedSide + 1);
  }
  return framed;
}

// Four intervals across the image, and the control points that a cubic spline needs beyond.
constexpr int kIntervals = 4;
constexpr int kControls = kIntervals + 3;
using Field = std::array<float, kGlyphPixels>;

struct SplineWeights {
  int first = 0;                // control point
  std::array<float, 4> weight;  // of it and the next three
};

std::array<SplineWeights, kSide> MakeSplineTable() {
  std::array<SplineWeights, kSide> table{};
  for (int i = 0; i < kSide; ++i) {
    const float at = static_cast<float>(i * kIntervals) / kSide;
    const float t = at - std::floor(at);
    const float u = 1 - t;
    table[static_cast<std::size_t>(i)] = {static_cast<int>(at),
                                          {u * u * u / 6, (3 * t * t * t - 6 * t * t + 4) / 6,
                                           (3 * u * u * u - 6 * u * u + 4) / 6, t * t * t / 6}};
  }
  return table;
}

float Blend(const SplineWeights& spline, const float* controls, int stride) {
  const float* c = controls + spline.first * stride;
  return spline.weight[0] * c[0] + spline.weight[1] * c[stride] + spline.weight[2] * c[2 * stride] +
         spline.weight[3] * c[3 * stride];
}

// A smooth random field whose values stay within the amplitude.
Field SmoothField(float amplitude, KeyedRandom& random) {
  static const std::array<SplineWeights, kSide> kTable = MakeSplineTable();
  std::array<float, kControls * kControls> controls;
  for (float& control : controls) control = random.Uniform(-amplitude, amplitude);
  std::array<float, kControls * kSide> rows;  // blended across, not yet down
  for (std::size_t r = 0; r < kControls; ++r) {
    for (std::size_t x = 0; x < kSide; ++x) {
      rows[r * kSide + x] = Blend(kTable[x], controls.data() + r * kControls, 1);
    }
  }
  Field field;
  for (std::size_t y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < kSide; ++x) {
      field[y * kSide + x] = Blend(kTable[y], rows.data() + x, kSide);
    }
  }
  return field;
}

// Where in the source a pixel of the result comes from.
struct Affine {
  float xx = 1, xy = 0, yx = 0, yy = 1;
  float shift_x = 0, shift_y = 0;
};

Affine RandomAffine(const AugmentationOptions& options, KeyedRandom& random) {
  const float degrees = random.Uniform(-options.rotation_degrees, options.rotation_degrees);
  const float angle = degrees * std::numbers::pi_v<float> / 180.0F;
  const float scale = 1.0F + random.Uniform(-options.scale, options.scale);
  const float stretch = 1.0F + random.Uniform(-options.stretch, options.stretch);
  const float shear = random.Uniform(-options.shear, options.shear);
  const float cosine = std::cos(angle) / scale;
  const float sine = std::sin(angle) / scale;
  Affine affine;
  affine.xx = cosine * stretch;
  affine.xy = (cosine * shear - sine) * stretch;
  affine.yx = sine / stretch;
  affine.yy = (sine * shear + cosine) / stretch;
  affine.shift_x = random.Uniform(-options.shift_pixels, options.shift_pixels);
  affine.shift_y = random.Uniform(-options.shift_pixels, options.shift_pixels);
  return affine;
}

float Sample(const Framed& source, float x, float y) {
  // Beyond the frame there is only paper, which the frame itself shows.
  x = std::clamp(x, -1.0F, kSide - 0.001F);
  y = std::clamp(y, -1.0F, kSide - 0.001F);
  const int left = static_cast<int>(x + 1.0F) - 1;
  const int top = static_cast<int>(y + 1.0F) - 1;
  const float right_share = x - static_cast<float>(left);
  const float bottom_share = y - static_cast<float>(top);
  const float* at = source.data() + FramedIndex(left, top);
  const float upper = at[0] + (at[1] - at[0]) * right_share;
  const float lower = at[kFramedSide] + (at[kFramedSide + 1] - at[kFramedSide]) * right_share;
  return upper + (lower - upper) * bottom_share;
}

void Warp(const GlyphImage& image, const Affine& affine, const Field& wave_x, const Field& wave_y,
          GlyphPixels out) {
  const Framed source = Frame(image);
  for (std::size_t i = 0; i < kGlyphPixels; ++i) {
    const float x = static_cast<float>(i % kSide) - kCentre - affine.shift_x;
    const float y = static_cast<float>(i / kSide) - kCentre - affine.shift_y;
    out[i] = Sample(source, affine.xx * x + affine.xy * y + kCentre + wave_x[i],
                    affine.yx * x + affine.yy * y + kCentre + wave_y[i]);
  }
}

float Ink(GlyphPixels pixels) { return std::accumulate(pixels.begin(), pixels.end(), 0.0F); }

// Moves each pixel by `amount` towards what `choose` makes of it and its four neighbours.
template <typename Choose>
void MoveTowards(GlyphPixels pixels, float amount, Choose choose) {
  const Framed source = Frame(pixels);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float* at = source.data() + FramedIndex(x, y);
      float& pixel = pixels[static_cast<std::size_t>(y * kSide + x)];
      pixel += amount * (choose(*at, at[-1], at[1], at[-kFramedSide], at[kFramedSide]) - pixel);
    }
  }
}

float Largest(float a, float b, float c, float d, float e) {
  return std::max(std::max(std::max(a, b), std::max(c, d)), e);
}

float Smallest(float a, float b, float c, float d, float e) {
  return std::min(std::min(std::min(a, b), std::min(c, d)), e);
}

float Average(float a, float b, float c, float d, float e) { return (2 * a + b + c + d + e) / 6; }

void Thicken(GlyphPixels pixels, KeyedRandom& random) {
  MoveTowards(pixels, random.Uniform(), Largest);
  // A marker's stroke is as thick again.
  if (random.Uniform() < 0.35F) MoveTowards(pixels, random.Uniform(), Largest);
}

void Thin(GlyphPixels pixels, KeyedRandom& random) {
  // A thin stroke would vanish, and its label would then teach noise.
  constexpr float kInkThatMustStay = 0.5F;
  std::array<float, kGlyphPixels> thinned;
  std::copy(pixels.begin(), pixels.end(), thinned.begin());
  MoveTowards(GlyphPixels(thinned), random.Uniform(), Smallest);
  if (Ink(GlyphPixels(thinned)) < kInkThatMustStay * Ink(pixels)) return;
  std::copy(thinned.begin(), thinned.end(), pixels.begin());
}

// A steeper slope hardens edges, as paint programs draw; a flatter one is a faint pencil.
void ChangeContrast(GlyphPixels pixels, KeyedRandom& random) {
  const float slope = random.Uniform(0.7F, 2.5F);
  const float threshold = random.Uniform(0.35F, 0.55F);
  for (float& pixel : pixels) {
    const float changed = (pixel - threshold) * slope + threshold;
    pixel = pixel > 0 ? std::clamp(changed, 0.0F, 1.0F) : 0.0F;
  }
}

void ChangeStroke(const AugmentationOptions& options, KeyedRandom& random, GlyphPixels pixels) {
  const float which = random.Uniform();
  if (which < options.thicken_share) {
    Thicken(pixels, random);
  } else if (which < options.thicken_share + options.thin_share) {
    Thin(pixels, random);
  }
  if (random.Uniform() < options.blur_share) MoveTowards(pixels, random.Uniform(), Average);
  if (random.Uniform() < options.contrast_share) ChangeContrast(pixels, random);
}

}  // namespace

void Augment(const GlyphImage& image, const AugmentationOptions& options, KeyedRandom& random,
             GlyphPixels out) {
  const Affine affine = RandomAffine(options, random);
  const Field wave_x = SmoothField(options.elastic_pixels, random);
  const Field wave_y = SmoothField(options.elastic_pixels, random);
  Warp(image, affine, wave_x, wave_y, out);
  ChangeStroke(options, random, out);
}

void ToPixels(const GlyphImage& image, GlyphPixels out) {
  std::transform(image.begin(), image.end(), out.begin(),
                 [](std::uint8_t ink) { return static_cast<float>(ink) / 255.0F; });
}

}  // namespace glyphd
