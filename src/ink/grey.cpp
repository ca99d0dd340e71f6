#include "ink/grey.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace glyphd {
namespace {

constexpr double kMostPixels = 1.5e6;
constexpr int kSamplesPerSide = 64;

// Ways to make one number of red, green and blue. Mean is the least noisy; the others keep a
// pen visible whose brightness is that of the paper: yellow on white, red on black.
enum class Mix { kMean, kDarkest, kBrightest, kRed, kGreen, kBlue };
constexpr std::size_t kMixes = 6;

template <Mix mix>
inline int Mixed(const std::uint8_t* rgb) {
  if constexpr (mix == Mix::kMean) return (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2] + 128) >> 8;
  if constexpr (mix == Mix::kDarkest) return std::min({rgb[0], rgb[1], rgb[2]});
  if constexpr (mix == Mix::kBrightest) return std::max({rgb[0], rgb[1], rgb[2]});
  if constexpr (mix == Mix::kRed) return rgb[0];
  if constexpr (mix == Mix::kGreen) return rgb[1];
  if constexpr (mix == Mix::kBlue) return rgb[2];
}

std::array<int, kMixes> AllMixes(const std::uint8_t* rgb) {
  return {Mixed<Mix::kMean>(rgb), Mixed<Mix::kDarkest>(rgb), Mixed<Mix::kBrightest>(rgb),
          Mixed<Mix::kRed>(rgb),  Mixed<Mix::kGreen>(rgb),   Mixed<Mix::kBlue>(rgb)};
}

using Contrasts = std::array<double, kMixes>;

// The fourth power lets the few steps between paper and ink outweigh the noise everywhere.
void AddContrast(const std::uint8_t* here, const std::uint8_t* there, Contrasts& contrasts) {
  const auto a = AllMixes(here);
  const auto b = AllMixes(there);
  for (std::size_t i = 0; i < kMixes; ++i) {
    const double squared = static_cast<double>((a[i] - b[i]) * (a[i] - b[i]));
    contrasts[i] += squared * squared;
  }
}

// Compares pixels that lie a pen's width apart, so that slow shadows do not count.
Contrasts SampleContrasts(const Picture& picture) {
  const int lag = std::max(1, picture.width / 50);
  const int step_x = std::max(1, picture.width / kSamplesPerSide);
  const int step_y = std::max(1, picture.height / kSamplesPerSide);
  Contrasts contrasts{};
  for (int y = 0; y < picture.height; y += step_y) {
    const std::uint8_t* row = picture.Row(y);
    for (int x = 0; x + lag < picture.width; x += step_x) {
      AddContrast(row + 3 * x, row + 3 * (x + lag), contrasts);
    }
  }
  return contrasts;
}

bool LooksGrey(const Picture& picture) {
  const std::size_t pixels = picture.pixels.size() / 3;
  const std::size_t step = std::max<std::size_t>(1, pixels / 4001);
  for (std::size_t i = 0; i < pixels; i += step) {
    const std::uint8_t* rgb = picture.pixels.data() + 3 * i;
    if (rgb[0] != rgb[1] || rgb[1] != rgb[2]) return false;
  }
  return true;
}

Mix ClearestMix(const Picture& picture) {
  // Any mix but the mean is noisier; it has to be a quarter clearer to be worth that.
  constexpr double kWorthwhile = 1.25 * 1.25 * 1.25 * 1.25;
  if (LooksGrey(picture)) return Mix::kGreen;
  const Contrasts contrasts = SampleContrasts(picture);
  const auto best = std::max_element(contrasts.begin(), contrasts.end());
  if (*best <= kWorthwhile * contrasts[0]) return Mix::kMean;
  return static_cast<Mix>(best - contrasts.begin());
}

// Adds `shrink` pixels of a row to each sum.
template <int kStep, typename PixelValue>
void AddRow(const std::uint8_t* row, int shrink, std::vector<std::uint32_t>& sums,
            PixelValue value_of) {
  for (std::uint32_t& sum : sums) {
    for (int i = 0; i < shrink; ++i, row += kStep) sum += static_cast<std::uint32_t>(value_of(row));
  }
}

void WriteMeans(const std::vector<std::uint32_t>& sums, int count, std::uint8_t* row) {
  const auto divisor = static_cast<std::uint32_t>(count);
  for (const std::uint32_t sum : sums) {
    *row++ = static_cast<std::uint8_t>((sum + divisor / 2) / divisor);
  }
}

template <int kStep, typename PixelValue>
Plane ConvertSameSize(const std::uint8_t* pixels, int width, int height, PixelValue value_of) {
  Plane plane(width, height);
  for (std::uint8_t& grey : plane.pixels) {
    grey = static_cast<std::uint8_t>(value_of(pixels));
    pixels += kStep;
  }
  return plane;
}

template <int kStep, typename PixelValue>
Plane Convert(const std::uint8_t* pixels, int width, int height, int shrink, PixelValue value_of) {
  if (shrink == 1) return ConvertSameSize<kStep>(pixels, width, height, value_of);
  Plane plane(width / shrink, height / shrink);
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(plane.width));
  const std::size_t stride = static_cast<std::size_t>(width) * kStep;
  for (int y = 0; y < plane.height; ++y) {
    std::fill(sums.begin(), sums.end(), 0U);
    for (int i = 0; i < shrink; ++i, pixels += stride)
      AddRow<kStep>(pixels, shrink, sums, value_of);
    WriteMeans(sums, shrink * shrink, plane.Row(y));
  }
  return plane;
}

template <Mix mix>
Plane ConvertColour(const Picture& picture, int shrink) {
  return Convert<3>(picture.pixels.data(), picture.width, picture.height, shrink, Mixed<mix>);
}

Plane ConvertColour(const Picture& picture, int shrink, Mix mix) {
  switch (mix) {
    case Mix::kMean:
      return ConvertColour<Mix::kMean>(picture, shrink);
    case Mix::kDarkest:
      return ConvertColour<Mix::kDarkest>(picture, shrink);
    case Mix::kBrightest:
      return ConvertColour<Mix::kBrightest>(picture, shrink);
    case Mix::kRed:
      return ConvertColour<Mix::kRed>(picture, shrink);
    case Mix::kGreen:
      return ConvertColour<Mix::kGreen>(picture, shrink);
    case Mix::kBlue:
      return ConvertColour<Mix::kBlue>(picture, shrink);
  }
  return {};
}

Plane ConvertGrey(const std::uint8_t* pixels, int width, int height, int shrink) {
  return Convert<1>(pixels, width, height, shrink,
                    [](const std::uint8_t* grey) { return int{*grey}; });
}

}  // namespace

int ShrinkFactor(const Picture& picture) {
  const double pixels = static_cast<double>(picture.width) * picture.height;
  const int wanted = static_cast<int>(std::ceil(std::sqrt(pixels / kMostPixels)));
  return std::clamp(wanted, 1, std::max(1, std::min(picture.width, picture.height) / 16));
}

Plane ToGrey(const Picture& picture, int shrink) {
  if (picture.channels == 3) return ConvertColour(picture, shrink, ClearestMix(picture));
  return ConvertGrey(picture.pixels.data(), picture.width, picture.height, shrink);
}

Plane Shrink(const Plane& plane, int shrink) {
  return ConvertGrey(plane.pixels.data(), plane.width, plane.height, shrink);
}

}  // namespace glyphd
