// One handwritten mark as MNIST would show it: what every model here is trained on.
//
// Layout    28 x 28 bytes, row by row, 0 = paper, 255 = full ink
// Source    LeCun, Cortes, Burges: the ink is scaled into a 20 x 20 box with its aspect kept
//           and anti-aliasing, and its centre of mass is put in the middle of 28 x 28

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace glyphd {

inline constexpr int kGlyphSide = 28;
inline constexpr int kGlyphPixels = kGlyphSide * kGlyphSide;

using GlyphImage = std::array<std::uint8_t, kGlyphPixels>;

}  // namespace glyphd
