// One byte per pixel, rows from the top: what the stages of finding ink hand to each other.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace glyphd {

struct Plane {
  Plane() = default;
  Plane(int plane_width, int plane_height)
      : width(plane_width),
        height(plane_height),
        pixels(static_cast<std::size_t>(plane_width) * static_cast<std::size_t>(plane_height)) {}

  std::uint8_t* Row(int y) { return pixels.data() + Offset(y); }
  const std::uint8_t* Row(int y) const { return pixels.data() + Offset(y); }
  int ShorterSide() const { return width < height ? width : height; }

  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;

 private:
  std::size_t Offset(int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

}  // namespace glyphd
