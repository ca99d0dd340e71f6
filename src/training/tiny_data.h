// A data set for tests that a small network learns in a second. Private to the tests.

#pragma once

#include <string>

#include "dataset/labelled_glyphs.h"
#include "training/random.h"
#include "training/recipe.h"

namespace glyphd {

// Class k is a bar across at a height of its own, with noise and a little wandering.
inline GlyphImage TinyGlyph(int label, KeyedRandom& random) {
  GlyphImage image{};
  for (std::uint8_t& pixel : image) pixel = static_cast<std::uint8_t>(random.Below(30));
  const std::size_t top = 5 + 6 * static_cast<std::size_t>(label) + random.Below(2);
  for (std::size_t y = top; y < top + 3; ++y) {
    for (std::size_t x = 5; x < 23; ++x) image[y * kGlyphSide + x] = 255;
  }
  return image;
}

inline LabelledGlyphs TinyData(std::size_t examples, std::uint64_t seed = 1) {
  LabelledGlyphs data;
  data.label_names = {"high", "middle", "low"};
  KeyedRandom random(RandomUse::kAugmentation, {seed});
  for (std::size_t i = 0; i < examples; ++i) {
    const int label = static_cast<int>(i % 3);
    data.images.push_back(TinyGlyph(label, random));
    data.labels.push_back(static_cast<std::uint8_t>(label));
    data.names.push_back("tiny #" + std::to_string(i));
  }
  return data;
}

inline Recipe TinyRecipe() {
  Recipe recipe = *MakeRecipe("quick", 3);
  PlannedLayer convolution;
  convolution.spec = {LayerKind::kConvolution, "convolution", 8, 3, 3, 0, Activation::kRelu};
  convolution.normalised = true;
  PlannedLayer logits = recipe.plan.layers.back();
  logits.dropout = 0.1F;
  recipe.plan.layers = {convolution, logits};
  recipe.epochs = 4;
  recipe.batch = 16;
  recipe.fewest_steps_per_epoch = 12;
  return recipe;
}

}  // namespace glyphd
