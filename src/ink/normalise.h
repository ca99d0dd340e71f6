// Brings one mark to the size, place, stroke width and grey that MNIST's digits have.
//
// Input     the densities of the picture and the runs of the mark
// Output    ink scaled into 20 x 20 with its aspect kept, centre of mass in the middle of 28 x 28
// Threads   pure functions
// Cost      linear in the pixels of the mark's box
// Source    glyph_image.h names the original; the figures here are measured on its 60,000
//           training digits

#pragma once

#include <optional>
#include <span>

#include "ink/background.h"
#include "ink/components.h"
#include "ink/glyph_image.h"

namespace glyphd {

// `runs` are those of one mark, `extent` is their union with its area and outline.
GlyphImage NormaliseMark(const InkDensity& ink, std::span<const Run> runs, const Component& extent);

// A picture that already is what NormaliseMark() would make, and where its ink lies: it is taken
// as it is, since scaling it once more would only blur it.
struct ReadyGlyph {
  Box box;
  GlyphImage image;
};
std::optional<ReadyGlyph> AsReadyGlyph(const InkDensity& ink);

}  // namespace glyphd
