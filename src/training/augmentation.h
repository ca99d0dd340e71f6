// Redraws a glyph the way another hand or another pen would have: so that a model trained on
// MNIST also reads thin pens, thick markers, slanted and wobbly writing.
//
// Input     a glyph image; a random stream of its own
// Output    28 x 28 floats, 0 = paper, 1 = full ink; always finite, always within 0 … 1
// Threads   pure function
// Cost      about 5,000 multiply-adds and a few passes over the pixels
// Source    Simard, Steinkraus, Platt 2003 for elastic distortion (here with a cubic B-spline
//           over a coarse grid instead of a blurred field: the same waves, far cheaper)

#pragma once

#include <span>

#include "ink/glyph_image.h"
#include "training/random.h"

namespace glyphd {

// Each is the largest change; the change itself is drawn evenly up to it.
struct AugmentationOptions {
  float rotation_degrees = 12;
  float scale = 0.12F;    // both axes together
  float stretch = 0.08F;  // one axis against the other
  float shear = 0.2F;     // pixels across per pixel down
  float shift_pixels = 1.5F;
  float elastic_pixels = 4.0F;  // a bound: the spline's own values are about a third of it
  // How often the stroke is thickened, thinned, blurred or its contrast changed.
  float thicken_share = 0.25F;
  float thin_share = 0.2F;
  float blur_share = 0.15F;
  float contrast_share = 0.3F;
};

using GlyphPixels = std::span<float, kGlyphPixels>;

void Augment(const GlyphImage& image, const AugmentationOptions& options, KeyedRandom& random,
             GlyphPixels out);

// The image as it is.
void ToPixels(const GlyphImage& image, GlyphPixels out);

}  // namespace glyphd
