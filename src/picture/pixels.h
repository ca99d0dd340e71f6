// Turns stored samples into 8-bit pixels on white paper, a row at a time.
//
// Input     rows of samples in host byte order; any alignment
// Threads   pure functions
// Cost      one pass over the row, no allocation

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace glyphd {

// Correctly rounded x / 255 for x <= 255 * 255, without a division.
constexpr unsigned DivideBy255(unsigned x) { return (x + 128 + ((x + 128) >> 8)) >> 8; }

constexpr std::uint8_t OverWhite(unsigned colour, unsigned alpha) {
  return static_cast<std::uint8_t>(255 - DivideBy255((255 - colour) * alpha));
}

// For colour already multiplied by its alpha. Broken files hold more colour than
// alpha allows, hence the clamp.
constexpr std::uint8_t PremultipliedOverWhite(unsigned colour, unsigned alpha) {
  const unsigned sum = colour + 255 - alpha;
  return static_cast<std::uint8_t>(sum > 255 ? 255 : sum);
}

constexpr std::uint8_t ToEightBits(std::uint8_t sample) { return sample; }
constexpr std::uint8_t ToEightBits(std::uint16_t sample) {
  return static_cast<std::uint8_t>((sample * 255U + 32767U) / 65535U);
}

template <typename Sample>
inline std::uint8_t LoadSample(const std::uint8_t* from, std::size_t index) {
  Sample sample;
  std::memcpy(&sample, from + index * sizeof(Sample), sizeof(Sample));
  return ToEightBits(sample);
}

using RowConverter = void (*)(const std::uint8_t* source, std::uint8_t* target, std::size_t pixels);

template <typename Sample, std::size_t kColours>
void DropPrecision(const std::uint8_t* source, std::uint8_t* target, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels * kColours; ++i) target[i] = LoadSample<Sample>(source, i);
}

template <typename Sample, std::size_t kColours>
void FlattenOnWhite(const std::uint8_t* source, std::uint8_t* target, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::size_t first = i * (kColours + 1);
    const unsigned alpha = LoadSample<Sample>(source, first + kColours);
    std::uint8_t* pixel = target + i * kColours;
    // Nearly every pixel of a drawing is clear or opaque: worth two branches.
    if (alpha == 0) {
      std::memset(pixel, 255, kColours);
    } else if (alpha == 255) {
      for (std::size_t c = 0; c < kColours; ++c) pixel[c] = LoadSample<Sample>(source, first + c);
    } else {
      for (std::size_t c = 0; c < kColours; ++c) {
        pixel[c] = OverWhite(LoadSample<Sample>(source, first + c), alpha);
      }
    }
  }
}

}  // namespace glyphd
