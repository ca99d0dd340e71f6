// What a network's layers mean in numbers: the sizes between them and the tensors they need.
//
// Threads   pure functions
// Errors    kInvalidInput: names the layer or tensor and what does not fit

#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/model_folder.h"

namespace glyphd {

inline constexpr int kInputSide = 28;  // one channel of 28 x 28 goes into every network

struct MapShape {
  int channels = 1;
  int height = kInputSide;
  int width = kInputSide;

  int Count() const { return channels * height * width; }
};

struct PlannedLayer {
  MapShape input;
  MapShape output;                // of a dense layer: outputs x 1 x 1
  std::vector<int> weight_shape;  // empty where the layer has no tensors
};

Result<std::vector<PlannedLayer>> PlanNetwork(const std::vector<LayerSpec>& layers);

// Labels, layers, temperature and tensors belong together, and every weight is finite.
Status CheckModel(const ModelFolder& model);

std::int64_t CountParameters(const ModelFolder& model);

}  // namespace glyphd
