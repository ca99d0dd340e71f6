// A model made ready to classify, by folder or name.
//
// Errors    those of model/ and inference/, with the folder named

#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "inference/classifier.h"

namespace glyphd {

Result<std::shared_ptr<const Classifier>> OpenModel(const std::filesystem::path& model,
                                                    int concurrent_calls);

}  // namespace glyphd
