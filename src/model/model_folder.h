// A trained model as a folder: weights, the network they belong to, and the card that says
// where they come from and how their input must look. Written by training, read by inference.
//
// Files     model.json (network, preprocessing, card), weights.safetensors, CARD.md
// Bytes     docs/formats/model.md
// Threads   a loaded ModelFolder never changes
// Errors    kNotFound: no such folder or file; kCorrupt: damaged, a size that does not fit, or a
//           weights hash that is not the card's; kUnsupported: a newer format version
// Source    huggingface.co/docs/safetensors for the weights file

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace glyphd {

enum class LayerKind {
  kConvolution,  // 3 x 3 or other; weights [out][in][height][width], bias [out]; batch
                 // normalisation is already folded into both
  kMaxPool,      // window = stride
  kDense,        // weights [out][in], bias [out]; flattens channel-major (c, y, x) before it
};
enum class Activation { kNone, kRelu };

struct LayerSpec {
  LayerKind kind = LayerKind::kDense;
  std::string name;  // tensors are "<name>.weight" and "<name>.bias"
  int outputs = 0;   // channels or units; unused by kMaxPool
  int kernel = 0;    // side; unused by kDense
  int stride = 1;
  int padding = 0;  // on each side
  Activation activation = Activation::kNone;
};

struct Tensor {
  std::vector<int> shape;
  std::vector<float> values;
};

// One line of the card's list: every reading of the test set is owned up to.
struct TestReading {
  std::string when;  // RFC 3339
  std::string why;
  double accuracy = 0;
};

struct ModelFolder {
  std::string name;                 // "default"
  std::string version;              // first 12 hex digits of the weights' SHA-256
  std::vector<std::string> labels;  // "0" … "9"
  std::vector<LayerSpec> layers;    // input 1 x 28 x 28, values 0 … 1; output: logits
  double temperature = 1.0;         // logits are divided by it before the softmax
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> card;  // free text by topic: data, recipe, command, seed …
  std::map<std::string, double> figures;    // validation_accuracy, test_accuracy …
  std::vector<TestReading> test_readings;
};

Result<ModelFolder> ReadModelFolder(const std::filesystem::path& folder);
// Writes beside and renames, so that a reader never sees half a model. Sets version and CARD.md.
Status WriteModelFolder(ModelFolder model, const std::filesystem::path& folder);

}  // namespace glyphd
