// A self-contained HTML page about one evaluation or one training: no script or picture from
// any other host; every plot is inline SVG, every example an inline PNG.
//
// Threads   pure functions
// Errors    none; WriteFile-like errors are the caller's

#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/metrics.h"
#include "ink/glyph_image.h"

namespace glyphd {

struct EpochFigures {
  int epoch = 0;
  double train_loss = 0;
  double train_accuracy = 0;
  double validation_loss = 0;
  double validation_accuracy = 0;
  double learning_rate = 0;
  double seconds = 0;
};

struct Report {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // shown as a table at the top
  std::vector<EpochFigures> epochs;                        // empty: no curves
  Evaluation evaluation;
  // The glyph image of example i, for the gallery of the worst mistakes.
  std::function<GlyphImage(std::size_t)> image;
  std::function<std::string(std::size_t)> example_name;
};

std::string RenderReport(const Report& report);

}  // namespace glyphd
