#include "ink/grey.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace glyphd {
namespace {

constexpr double kMostPixels = 1.5e6;
constexpr int kSamplesPerSide = 40;

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
  const int step_x = 1 + picture.width / kSamplesPerSide;
  const int step_y = 1 + picture.height / kSamplesPerSide;
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

// Writes one grey byte per pixel.
template <Mix mix>
void MixRow(const std::uint8_t* rgb, int width, std::uint8_t* grey) {
  for (int x = 0; x < width; ++x) grey[x] = static_cast<std::uint8_t>(Mixed<mix>(rgb + 3 * x));
}

// Means over squares of pixels: adds up whole rows first, which a processor does many at a time.
class SquareMeans {
 public:
  SquareMeans(int width, int shrink)
      : shrink_(static_cast<std::uint32_t>(shrink)), columns_(static_cast<std::size_t>(width)) {}

  void AddRow(const std::uint8_t* row) {
    for (std::size_t x = 0; x < columns_.size(); ++x) columns_[x] += row[x];
  }

  // Writes what the last `shrink` rows came to and begins anew.
  void Write(int count, std::uint8_t* means) {
    const std::uint32_t pixels = shrink_ * shrink_;
    const std::uint32_t* column = columns_.data();
    for (int i = 0; i < count; ++i) {
      std::uint32_t sum = pixels / 2;
      for (std::uint32_t k = 0; k < shrink_; ++k) sum += *column++;
      means[i] = static_cast<std::uint8_t>(sum / pixels);
    }
    std::fill(columns_.begin(), columns_.end(), 0U);
  }

 private:
  std::uint32_t shrink_;
  std::vector<std::uint32_t> columns_;
};

template <Mix mix>
Plane ConvertColour(const Picture& picture, int shrink) {
  Plane plane(picture.width / shrink, picture.height / shrink);
  if (shrink == 1) {
    for (int y = 0; y < plane.height; ++y) MixRow<mix>(picture.Row(y), plane.width, plane.Row(y));
    return plane;
  }
  SquareMeans means(picture.width, shrink);
  std::vector<std::uint8_t> grey(static_cast<std::size_t>(picture.width));
  for (int y = 0; y < plane.height; ++y) {
    for (int i = 0; i < shrink; ++i) {
      MixRow<mix>(picture.Row(y * shrink + i), picture.width, grey.data());
      means.AddRow(grey.data());
    }
    means.Write(plane.width, plane.Row(y));
  }
  return plane;
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

}  // namespace

int ShrinkFactor(const Picture& picture) {
  const double pixels = static_cast<double>(picture.width) * picture.height;
  const int wanted = static_cast<int>(std::ceil(std::sqrt(pixels / kMostPixels)));
  return std::clamp(wanted, 1, std::max(1, std::min(picture.width, picture.height) / 16));
}

Plane ToGrey(const Picture& picture, int shrink) {
  if (picture.channels == 3) return ConvertColour(picture, shrink, ClearestMix(picture));
  Plane plane;
  plane.width = picture.width;
  plane.height = picture.height;
  plane.pixels = picture.pixels;
  return shrink == 1 ? plane : Shrink(plane, shrink);
}

Plane Shrink(const Plane& plane, int shrink) {
  if (shrink == 1) return plane;
  Plane small(plane.width / shrink, plane.height / shrink);
  SquareMeans means(plane.width, shrink);
  for (int y = 0; y < small.height; ++y) {
    for (int i = 0; i < shrink; ++i) means.AddRow(plane.Row(y * shrink + i));
    means.Write(small.width, small.Row(y));
  }
  return small;
}

}  // namespace glyphd
