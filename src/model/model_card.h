// CARD.md: a model's description as a page for people.
//
// Threads   pure function

#pragma once

#include <string>

#include "model/model_folder.h"

namespace glyphd {

std::string RenderModelCard(const ModelFolder& model, const std::string& weights_sha256);

}  // namespace glyphd
