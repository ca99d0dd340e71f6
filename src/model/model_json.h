// model.json: everything of a model but its weights.
//
// Threads   pure functions
// Errors    kCorrupt: names the member and what is wrong with it; kUnsupported: a format version
//           or a preparation of the input that this program does not know

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/model_folder.h"

namespace glyphd {

struct ModelDescription {
  ModelFolder model;  // without tensors
  std::string weights_sha256;
};

std::string DescribeModel(const ModelDescription& description);
Result<ModelDescription> ParseModelDescription(std::string_view text);

}  // namespace glyphd
