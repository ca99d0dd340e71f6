// Our layers as the inference engine's graph: glyph bytes in, probabilities out.
//
// Threads   pure function
// Errors    throws what the engine throws; classifier.cpp stops it there

#pragma once

#include <memory>

#include <openvino/core/dimension.hpp>
#include <openvino/core/model.hpp>

#include "model/model_folder.h"

namespace glyphd {

// Input: u8 [batch, 28 * 28]; output: f32 [batch, labels]. The model has passed CheckModel().
std::shared_ptr<ov::Model> BuildNetworkGraph(const ModelFolder& model, ov::Dimension batch);

}  // namespace glyphd
