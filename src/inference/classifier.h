// Says which of its labels a glyph is, with a probability for each.
//
// Input     any number of 28 x 28 glyph images
// Output    per glyph one probability for each label, summing to 1 within 1e-5, never NaN
// Threads   Classify() is safe from any number of threads at once, any number of times
// Lifetime  weights never change after loading; new weights are a new Classifier
// Errors    kCorrupt: the folder's tensors do not fit its layers
// Cost      one inference call for the whole span; cheaper per glyph in groups

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ink/glyph_image.h"
#include "model/model_folder.h"

namespace glyphd {

class Classifier {
 public:
  virtual ~Classifier() = default;
  virtual const std::string& name() const = 0;
  virtual const std::string& version() const = 0;
  virtual const std::vector<std::string>& labels() const = 0;
  // Writes labels().size() probabilities per glyph, glyph after glyph.
  virtual Status Classify(std::span<const GlyphImage> glyphs,
                          std::span<float> probabilities) const = 0;
};

struct ClassifierOptions {
  int concurrent_calls = 2;  // compiled copies kept; further calls wait for one
};

Result<std::shared_ptr<const Classifier>> OpenClassifier(const ModelFolder& model,
                                                         const ClassifierOptions& options = {});

}  // namespace glyphd
