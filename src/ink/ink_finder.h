// Finds the handwritten marks of a picture and brings each to what the model was trained on.
//
// Input     an upright picture of any size and either polarity; shadows and uneven light allowed
// Output    lines from top to bottom, marks from left to right; boxes lie inside the picture
// Threads   FindInk() is pure and safe from any number of threads at once
// Errors    none: a picture without ink gives no lines
// Cost      linear in the pixels; a few buffers of the picture's size

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ink/glyph_image.h"
#include "picture/picture.h"

namespace glyphd {

enum class Layout {
  kAuto,   // find out
  kDigit,  // the whole picture is one digit
  kLine,   // one line of digits
  kPage,   // several lines
};
Result<Layout> ParseLayout(std::string_view text);  // kInvalidInput names those that exist
std::string_view LayoutName(Layout layout);

struct Mark {
  Box box;
  GlyphImage image{};
};

struct InkLine {
  std::vector<Mark> marks;
};

// Ink that is held to be no digit: dust, a ruling, a page edge.
struct RejectedMark {
  Box box;
  std::string reason;
};

struct FoundInk {
  std::vector<InkLine> lines;
  std::vector<RejectedMark> rejected;
};

FoundInk FindInk(const Picture& picture, Layout layout);

}  // namespace glyphd
