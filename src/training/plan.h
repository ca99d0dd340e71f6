// What a network is made of while it is trained, and where its parameters lie.
//
// All weights of a network lie in one flat vector in the plain order of docs/formats/model.md,
// so that the optimizer, the average, the gradient check and the checkpoint are simple loops;
// the library's own formats are made from it at the start of each step.
//
// Threads   pure functions
// Errors    none; a plan comes from a recipe, so a layer that does not fit aborts

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ink/glyph_image.h"
#include "model/model_folder.h"

namespace glyphd {

struct PlannedLayer {
  LayerSpec spec;
  bool normalised = false;  // batch normalisation between a convolution and its activation
  float dropout = 0;        // share of its inputs that is dropped while training
};

struct NetworkPlan {
  int input_height = kGlyphSide;
  int input_width = kGlyphSide;
  std::vector<PlannedLayer> layers;  // the last is dense and gives the logits

  int classes() const { return layers.back().spec.outputs; }
};

struct Shape {
  int channels = 1;
  int height = 0;
  int width = 0;

  std::size_t size() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(width);
  }
};

Shape OutputShape(const LayerSpec& spec, const Shape& input);

// A run of numbers in one of the flat vectors; empty when the layer has none.
struct Block {
  std::size_t offset = 0;
  std::size_t size = 0;
};

struct LayerLayout {
  Shape input;
  Shape output;
  Block weight;  // [out][in][height][width]; in Parameters::weights, like the next two
  Block bias;    // the shift where the layer is normalised
  Block scale;   // only where the layer is normalised
  Block mean;    // in Parameters::statistics, like the next; only where normalised
  Block variance;
};

struct ParameterLayout {
  std::vector<LayerLayout> layers;
  std::size_t weights = 0;
  std::size_t decaying = 0;  // the first so many weights decay; biases and scales do not
  std::size_t statistics = 0;
};

ParameterLayout LayOut(const NetworkPlan& plan);

struct Parameters {
  std::vector<float> weights;
  std::vector<float> statistics;  // what batch normalisation saw
};

// He's normal initialisation; scales and variances 1, everything else 0.
Parameters InitialParameters(const NetworkPlan& plan, std::uint64_t seed);

// What batch normalisation adds to a variance before it divides by its root.
inline constexpr float kNormalisationEpsilon = 1e-3F;

// The tensors of a ModelFolder: batch normalisation folded into weights and biases.
std::map<std::string, Tensor> FoldedTensors(const NetworkPlan& plan, const Parameters& parameters);
std::vector<LayerSpec> LayerSpecs(const NetworkPlan& plan);

// What one picture costs, and what a model file will hold.
std::size_t MultiplyAdds(const NetworkPlan& plan);

}  // namespace glyphd
