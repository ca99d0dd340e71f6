// Runs a finished model, batch normalisation folded, the way training/ checks what it made.
// (The service runs models with inference/; this needs no second library.)
//
// Input     glyph images
// Output    one row of logits per image, not yet divided by the temperature
// Threads   one thread calls; oneDNN spreads the work
// Errors    kUnavailable: out of memory, or oneDNN refuses

#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "ink/glyph_image.h"
#include "training/plan.h"

namespace glyphd {

class ForwardNetwork {
 public:
  virtual ~ForwardNetwork() = default;

  static Result<std::unique_ptr<ForwardNetwork>> Create(const NetworkPlan& plan, int batch);

  // Takes over other weights of the same plan.
  virtual Status Load(const Parameters& parameters) = 0;
  virtual Result<std::vector<float>> Logits(std::span<const GlyphImage> images) = 0;
};

}  // namespace glyphd
