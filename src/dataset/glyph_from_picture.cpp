#include "dataset/glyph_from_picture.h"

#include <utility>

#include "ink/ink_finder.h"

namespace glyphd {

GlyphImage GlyphFromPicture(const Picture& picture) {
  const FoundInk ink = FindInk(picture, Layout::kDigit);
  for (const InkLine& line : ink.lines) {
    if (!line.marks.empty()) return line.marks.front().image;
  }
  return {};
}

Result<GlyphImage> GlyphFromPictureBytes(ByteView bytes) {
  Result<Picture> picture = DecodePicture(bytes);
  if (!picture) return std::move(picture).error();
  return GlyphFromPicture(*picture);
}

}  // namespace glyphd
