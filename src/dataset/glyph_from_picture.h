// One picture of one mark as a glyph image.
//
// Threads   safe from any number of threads
// Errors    those of picture/picture.h

#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "ink/glyph_image.h"
#include "picture/picture.h"

namespace glyphd {

// A picture in which no ink is found becomes an empty glyph: left out, it would flatter a test.
GlyphImage GlyphFromPicture(const Picture& picture);
Result<GlyphImage> GlyphFromPictureBytes(ByteView bytes);

}  // namespace glyphd
