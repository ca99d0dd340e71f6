#include "model/network_shape.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

namespace glyphd {
namespace {

// Far above any sensible model of this kind; they keep every product below within 64 bits and
// stop a damaged file from asking for absurd memory.
constexpr int kMostLayers = 100;
constexpr int kMostOutputs = 4096;
constexpr std::int64_t kMostWeights = 64'000'000;
constexpr std::size_t kMostLabels = 256;  // a label's index is one byte

Error InLayer(const LayerSpec& layer, const std::string& what) {
  return InvalidInput("layer '" + layer.name + "': " + what);
}

std::int64_t CountValues(const std::vector<int>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1},
                         [](std::int64_t product, int side) { return product * side; });
}

Status CheckWindow(const LayerSpec& layer, const MapShape& input) {
  if (layer.kernel < 1 || layer.kernel > kInputSide) return InLayer(layer, "kernel is not 1 to 28");
  if (layer.stride < 1 || layer.stride > kInputSide) return InLayer(layer, "stride is not 1 to 28");
  if (layer.padding < 0 || layer.padding >= layer.kernel) {
    return InLayer(layer, "padding is not 0 to kernel - 1");
  }
  if (layer.kernel > std::min(input.height, input.width) + 2 * layer.padding) {
    return InLayer(layer, "kernel is larger than the map it gets");
  }
  return {};
}

int WindowsAlong(int side, const LayerSpec& layer, int stride) {
  return (side + 2 * layer.padding - layer.kernel) / stride + 1;
}

PlannedLayer PlanConvolution(const LayerSpec& layer, const MapShape& input) {
  const MapShape output{layer.outputs, WindowsAlong(input.height, layer, layer.stride),
                        WindowsAlong(input.width, layer, layer.stride)};
  return {input, output, {layer.outputs, input.channels, layer.kernel, layer.kernel}};
}

PlannedLayer PlanMaxPool(const LayerSpec& layer, const MapShape& input) {
  const MapShape output{input.channels, WindowsAlong(input.height, layer, layer.kernel),
                        WindowsAlong(input.width, layer, layer.kernel)};
  return {input, output, {}};
}

PlannedLayer PlanDense(const LayerSpec& layer, const MapShape& input) {
  return {input, {layer.outputs, 1, 1}, {layer.outputs, input.Count()}};
}

Result<PlannedLayer> PlanLayer(const LayerSpec& layer, const MapShape& input) {
  if (layer.kind != LayerKind::kMaxPool && (layer.outputs < 1 || layer.outputs > kMostOutputs)) {
    return InLayer(layer, "outputs is not 1 to " + std::to_string(kMostOutputs));
  }
  if (layer.kind != LayerKind::kDense) {
    if (Status fits = CheckWindow(layer, input); !fits) return std::move(fits).error();
  }
  if (layer.kind == LayerKind::kMaxPool && layer.padding != 0) {
    return InLayer(layer, "padding of a pooling layer is not 0");
  }
  switch (layer.kind) {
    case LayerKind::kConvolution:
      return PlanConvolution(layer, input);
    case LayerKind::kMaxPool:
      return PlanMaxPool(layer, input);
    case LayerKind::kDense:
      return PlanDense(layer, input);
  }
  return InLayer(layer, "unknown kind");
}

std::string ShapeText(const std::vector<int>& shape) {
  std::string text = "[";
  for (const int side : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(side);
  return text + "]";
}

Status CheckTensor(const ModelFolder& model, const std::string& name,
                   const std::vector<int>& shape) {
  const auto found = model.tensors.find(name);
  if (found == model.tensors.end()) return InvalidInput("tensor '" + name + "' is missing");
  const Tensor& tensor = found->second;
  if (tensor.shape != shape) {
    return InvalidInput("tensor '" + name + "' is " + ShapeText(tensor.shape) +
                        ", its layer needs " + ShapeText(shape));
  }
  if (static_cast<std::int64_t>(tensor.values.size()) != CountValues(shape)) {
    return InvalidInput("tensor '" + name + "' has " + std::to_string(tensor.values.size()) +
                        " values for the shape " + ShapeText(shape));
  }
  if (!std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); })) {
    return InvalidInput("tensor '" + name + "' holds values that are not finite");
  }
  return {};
}

Status CheckLayerTensors(const ModelFolder& model, const LayerSpec& layer,
                         const PlannedLayer& planned) {
  if (planned.weight_shape.empty()) return {};
  Status weight = CheckTensor(model, layer.name + ".weight", planned.weight_shape);
  return weight ? CheckTensor(model, layer.name + ".bias", {layer.outputs}) : weight;
}

Status CheckTensors(const ModelFolder& model, const std::vector<PlannedLayer>& plan) {
  std::size_t needed = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (Status fits = CheckLayerTensors(model, model.layers[i], plan[i]); !fits) return fits;
    if (!plan[i].weight_shape.empty()) needed += 2;
  }
  if (model.tensors.size() != needed) {
    return InvalidInput("there are " + std::to_string(model.tensors.size()) +
                        " tensors, the layers need " + std::to_string(needed));
  }
  return {};
}

Status CheckLabels(const std::vector<std::string>& labels) {
  if (labels.size() < 2 || labels.size() > kMostLabels) {
    return InvalidInput("a model has 2 to 256 labels, this one " + std::to_string(labels.size()));
  }
  if (std::set<std::string>(labels.begin(), labels.end()).size() != labels.size()) {
    return InvalidInput("a label is there twice");
  }
  return {};
}

Status CheckOutput(const ModelFolder& model) {
  const LayerSpec& last = model.layers.back();
  if (last.kind != LayerKind::kDense || last.activation != Activation::kNone) {
    return InLayer(last, "the last layer must be dense without activation: it gives the logits");
  }
  if (static_cast<std::size_t>(last.outputs) != model.labels.size()) {
    return InLayer(last, "has " + std::to_string(last.outputs) + " outputs for " +
                             std::to_string(model.labels.size()) + " labels");
  }
  return {};
}

Status CheckNames(const std::vector<LayerSpec>& layers) {
  std::set<std::string> names;
  for (const LayerSpec& layer : layers) {
    if (layer.name.empty()) return InvalidInput("a layer has no name");
    if (!names.insert(layer.name).second) return InLayer(layer, "the name is there twice");
  }
  return {};
}

}  // namespace

Result<std::vector<PlannedLayer>> PlanNetwork(const std::vector<LayerSpec>& layers) {
  if (layers.empty() || layers.size() > kMostLayers) {
    return InvalidInput("a network has 1 to 100 layers, this one " + std::to_string(layers.size()));
  }
  if (Status names = CheckNames(layers); !names) return std::move(names).error();
  std::vector<PlannedLayer> plan;
  MapShape shape;
  std::int64_t weights = 0;
  for (const LayerSpec& layer : layers) {
    Result<PlannedLayer> planned = PlanLayer(layer, shape);
    if (!planned) return std::move(planned).error();
    if (!planned->weight_shape.empty()) weights += CountValues(planned->weight_shape);
    if (weights > kMostWeights) return InLayer(layer, "the network exceeds 64 million weights");
    shape = planned->output;
    plan.push_back(*std::move(planned));
  }
  return plan;
}

Status CheckModel(const ModelFolder& model) {
  if (model.name.empty()) return InvalidInput("the model has no name");
  if (Status labels = CheckLabels(model.labels); !labels) return labels;
  if (!std::isfinite(model.temperature) || model.temperature < 1e-3 || model.temperature > 1e3) {
    return InvalidInput("the temperature is not between 0.001 and 1000");
  }
  Result<std::vector<PlannedLayer>> plan = PlanNetwork(model.layers);
  if (!plan) return std::move(plan).error();
  if (Status output = CheckOutput(model); !output) return output;
  return CheckTensors(model, *plan);
}

std::int64_t CountParameters(const ModelFolder& model) {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : model.tensors) {
    count += static_cast<std::int64_t>(tensor.values.size());
  }
  return count;
}

}  // namespace glyphd
