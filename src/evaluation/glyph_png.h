// A glyph image as a PNG, for pages that must not need another file.
//
// Threads   pure functions
// Errors    none; empty where the encoder fails

#pragma once

#include <string>

#include "base/bytes.h"
#include "ink/glyph_image.h"

namespace glyphd {

Bytes EncodeGlyphPng(const GlyphImage& glyph);
std::string GlyphDataUri(const GlyphImage& glyph);  // data:image/png;base64,…

}  // namespace glyphd
