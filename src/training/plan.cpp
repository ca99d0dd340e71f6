#include "training/plan.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "training/random.h"

namespace glyphd {
namespace {

int WindowCount(int side, int kernel, int stride, int padding) {
  const int free = side + 2 * padding - kernel;
  if (kernel <= 0 || stride <= 0 || free < 0) AbortBecause("a layer is larger than its input");
  return free / stride + 1;
}

bool HasWeights(const LayerSpec& spec) { return spec.kind != LayerKind::kMaxPool; }

std::size_t InputsPerOutput(const LayerLayout& layer) {
  return layer.weight.size / static_cast<std::size_t>(layer.output.channels);
}

std::size_t WeightCount(const LayerSpec& spec, const Shape& input) {
  const std::size_t outputs = static_cast<std::size_t>(spec.outputs);
  if (spec.kind == LayerKind::kDense) return outputs * input.size();
  return outputs * static_cast<std::size_t>(input.channels) *
         static_cast<std::size_t>(spec.kernel * spec.kernel);
}

Block Take(std::size_t& used, std::size_t size) {
  const Block block{used, size};
  used += size;
  return block;
}

void LayOutWeights(const NetworkPlan& plan, ParameterLayout& layout) {
  Shape shape{1, plan.input_height, plan.input_width};
  for (const PlannedLayer& planned : plan.layers) {
    LayerLayout layer;
    layer.input = shape;
    layer.output = shape = OutputShape(planned.spec, shape);
    if (HasWeights(planned.spec)) {
      layer.weight = Take(layout.weights, WeightCount(planned.spec, layer.input));
    }
    layout.layers.push_back(layer);
  }
  layout.decaying = layout.weights;
}

void LayOutTheRest(const NetworkPlan& plan, ParameterLayout& layout) {
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    if (!HasWeights(plan.layers[i].spec)) continue;
    LayerLayout& layer = layout.layers[i];
    const std::size_t outputs = static_cast<std::size_t>(layer.output.channels);
    layer.bias = Take(layout.weights, outputs);
    if (!plan.layers[i].normalised) continue;
    layer.scale = Take(layout.weights, outputs);
    layer.mean = Take(layout.statistics, outputs);
    layer.variance = Take(layout.statistics, outputs);
  }
}

void Fill(std::vector<float>& values, const Block& block, float value) {
  std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(block.offset), block.size, value);
}

std::vector<int> WeightShape(const LayerSpec& spec, const Shape& input) {
  if (spec.kind == LayerKind::kDense) return {spec.outputs, static_cast<int>(input.size())};
  return {spec.outputs, input.channels, spec.kernel, spec.kernel};
}

// Row `output` of weights is multiplied by factor[output]; the bias is moved to match.
struct FoldedLayer {
  std::vector<float> weight;
  std::vector<float> bias;
};

FoldedLayer Unfolded(const LayerLayout& layer, const Parameters& parameters) {
  const float* weight = parameters.weights.data() + layer.weight.offset;
  const float* bias = parameters.weights.data() + layer.bias.offset;
  return {{weight, weight + layer.weight.size}, {bias, bias + layer.bias.size}};
}

FoldedLayer Folded(const LayerLayout& layer, const Parameters& parameters) {
  FoldedLayer folded = Unfolded(layer, parameters);
  const float* scale = parameters.weights.data() + layer.scale.offset;
  const float* mean = parameters.statistics.data() + layer.mean.offset;
  const float* variance = parameters.statistics.data() + layer.variance.offset;
  const std::size_t row = InputsPerOutput(layer);
  for (std::size_t output = 0; output < folded.bias.size(); ++output) {
    const float factor = scale[output] / std::sqrt(variance[output] + kNormalisationEpsilon);
    for (std::size_t i = 0; i < row; ++i) folded.weight[output * row + i] *= factor;
    folded.bias[output] -= mean[output] * factor;
  }
  return folded;
}

}  // namespace

Shape OutputShape(const LayerSpec& spec, const Shape& input) {
  if (spec.kind == LayerKind::kDense) return {spec.outputs, 1, 1};
  const bool pools = spec.kind == LayerKind::kMaxPool;
  const int stride = pools ? spec.kernel : spec.stride;
  return {pools ? input.channels : spec.outputs,
          WindowCount(input.height, spec.kernel, stride, spec.padding),
          WindowCount(input.width, spec.kernel, stride, spec.padding)};
}

ParameterLayout LayOut(const NetworkPlan& plan) {
  ParameterLayout layout;
  LayOutWeights(plan, layout);
  LayOutTheRest(plan, layout);
  return layout;
}

Parameters InitialParameters(const NetworkPlan& plan, std::uint64_t seed) {
  const ParameterLayout layout = LayOut(plan);
  Parameters parameters{std::vector<float>(layout.weights), std::vector<float>(layout.statistics)};
  for (std::size_t i = 0; i < layout.layers.size(); ++i) {
    const LayerLayout& layer = layout.layers[i];
    if (layer.weight.size == 0) continue;
    KeyedRandom random(RandomUse::kInitialWeights, {seed, i});
    const float deviation = std::sqrt(2.0F / static_cast<float>(InputsPerOutput(layer)));
    float* weight = parameters.weights.data() + layer.weight.offset;
    std::generate_n(weight, layer.weight.size, [&] { return deviation * random.Normal(); });
    Fill(parameters.weights, layer.scale, 1.0F);
    Fill(parameters.statistics, layer.variance, 1.0F);
  }
  return parameters;
}

std::map<std::string, Tensor> FoldedTensors(const NetworkPlan& plan, const Parameters& parameters) {
  const ParameterLayout layout = LayOut(plan);
  std::map<std::string, Tensor> tensors;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const LayerSpec& spec = plan.layers[i].spec;
    if (!HasWeights(spec)) continue;
    const LayerLayout& layer = layout.layers[i];
    FoldedLayer folded =
        plan.layers[i].normalised ? Folded(layer, parameters) : Unfolded(layer, parameters);
    tensors[spec.name + ".weight"] = {WeightShape(spec, layer.input), std::move(folded.weight)};
    tensors[spec.name + ".bias"] = {{spec.outputs}, std::move(folded.bias)};
  }
  return tensors;
}

std::vector<LayerSpec> LayerSpecs(const NetworkPlan& plan) {
  std::vector<LayerSpec> specs;
  for (const PlannedLayer& layer : plan.layers) specs.push_back(layer.spec);
  return specs;
}

std::size_t MultiplyAdds(const NetworkPlan& plan) {
  std::size_t total = 0;
  for (const LayerLayout& layer : LayOut(plan).layers) {
    total += layer.weight.size * static_cast<std::size_t>(layer.output.height) *
             static_cast<std::size_t>(layer.output.width);
  }
  return total;
}

}  // namespace glyphd
