// Finds the connected pieces of ink, as runs of pixels along the rows.
//
// Threads   pure functions
// Cost      one pass over the pixels; memory grows with the ink, not with the picture

#pragma once

#include <cstdint>
#include <vector>

#include "ink/plane.h"
#include "picture/picture.h"

namespace glyphd {

// Pixels [begin, end) of one row.
struct Run {
  int y = 0;
  int begin = 0;
  int end = 0;
  int component = 0;
};

struct Component {
  int left = 0;
  int top = 0;
  int right = 0;  // exclusive, as is bottom
  int bottom = 0;
  std::int64_t area = 0;
  std::int64_t outline = 0;  // sides of pixels that face paper
  int rim_pixels = 0;        // on the picture's outermost rows and columns

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  int longer_side() const { return width() > height() ? width() : height(); }
  Box box() const { return {left, top, width(), height()}; }
};

struct Components {
  std::vector<Run> runs;  // from top to bottom, from left to right
  std::vector<Component> items;
};

// Pixels of at least `threshold` that touch, also at a corner, belong together.
Components FindComponents(const Plane& density, int threshold);

// The width of the pen: a stroke is an area with an outline on its two sides.
double StrokeWidth(std::int64_t area, std::int64_t outline);

}  // namespace glyphd
