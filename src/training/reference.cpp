#include "training/reference.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"

namespace glyphd {
namespace {

// Where pixel (n, c, y, x) lies in the plain order.
std::size_t At(const Shape& shape, std::size_t n, int c, int y, int x) {
  return n * shape.size() + static_cast<std::size_t>((c * shape.height + y) * shape.width + x);
}

bool Inside(const Shape& shape, int y, int x) {
  return y >= 0 && y < shape.height && x >= 0 && x < shape.width;
}

template <typename Visit>
void ForEachPixel(const Shape& shape, std::size_t batch, Visit visit) {
  for (std::size_t n = 0; n < batch; ++n) {
    for (int c = 0; c < shape.channels; ++c) {
      for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) visit(n, c, y, x);
      }
    }
  }
}

// Calls visit(output, input, weight) with the three indices of every product of a convolution.
template <typename Visit>
void ForEachProduct(const LayerSpec& spec, const LayerLayout& layer, std::size_t batch,
                    Visit visit) {
  ForEachPixel(layer.output, batch, [&](std::size_t n, int out, int y, int x) {
    const std::size_t output = At(layer.output, n, out, y, x);
    const int window = spec.kernel * spec.kernel;
    for (int i = 0; i < layer.input.channels * window; ++i) {
      const int in = i / window;
      const int from_y = y * spec.stride - spec.padding + i % window / spec.kernel;
      const int from_x = x * spec.stride - spec.padding + i % spec.kernel;
      if (!Inside(layer.input, from_y, from_x)) continue;
      const int weight = out * layer.input.channels * window + i;
      visit(output, At(layer.input, n, in, from_y, from_x), static_cast<std::size_t>(weight));
    }
  });
}

template <typename Visit>
void ForEachDenseProduct(const LayerLayout& layer, std::size_t batch, Visit visit) {
  const std::size_t inputs = layer.input.size();
  const std::size_t outputs = layer.output.size();
  for (std::size_t n = 0; n < batch; ++n) {
    for (std::size_t o = 0; o < outputs; ++o) {
      for (std::size_t i = 0; i < inputs; ++i)
        visit(n * outputs + o, n * inputs + i, o * inputs + i);
    }
  }
}

template <typename Visit>
void ForEachLayerProduct(const LayerSpec& spec, const LayerLayout& layer, std::size_t batch,
                         Visit visit) {
  if (spec.kind == LayerKind::kDense) return ForEachDenseProduct(layer, batch, visit);
  ForEachProduct(spec, layer, batch, visit);
}

// The index of the input pixel that is the largest of a window; the first of equals.
std::size_t Winner(const LayerSpec& spec, const Shape& input, std::span<const double> values,
                   std::size_t n, int c, int y, int x) {
  std::size_t best = 0;
  bool found = false;
  for (int i = 0; i < spec.kernel * spec.kernel; ++i) {
    const int from_y = y * spec.kernel - spec.padding + i / spec.kernel;
    const int from_x = x * spec.kernel - spec.padding + i % spec.kernel;
    if (!Inside(input, from_y, from_x)) continue;
    const std::size_t candidate = At(input, n, c, from_y, from_x);
    if (!found || values[candidate] > values[best]) best = candidate;
    found = true;
  }
  return best;
}

}  // namespace

ReferenceNetwork::ReferenceNetwork(const NetworkPlan& plan, std::size_t batch)
    : plan_(plan),
      layout_(LayOut(plan)),
      batch_(batch),
      gradients_(layout_.weights),
      statistics_(layout_.statistics),
      stages_(plan.layers.size()) {
  for (const PlannedLayer& layer : plan.layers) {
    if (layer.dropout > 0) AbortBecause("the reference has no dropout");
  }
}

std::span<const double> ReferenceNetwork::InputOf(std::size_t layer) const {
  return layer == 0 ? std::span<const double>(input_) : stages_[layer - 1].output;
}

const std::vector<double>& ReferenceNetwork::Forward(std::span<const double> input,
                                                     std::span<const double> weights) {
  input_.assign(input.begin(), input.end());
  weights_.assign(weights.begin(), weights.end());
  for (std::size_t layer = 0; layer < stages_.size(); ++layer) {
    ForwardLayer(layer);
    Stage& stage = stages_[layer];
    stage.normalised = stage.sums;
    if (plan_.layers[layer].normalised) Normalise(layer);
    stage.output = stage.normalised;
    if (plan_.layers[layer].spec.activation == Activation::kNone) continue;
    for (double& value : stage.output) value = std::max(value, 0.0);
  }
  return stages_.back().output;
}

void ReferenceNetwork::ForwardLayer(std::size_t index) {
  const LayerSpec& spec = plan_.layers[index].spec;
  const LayerLayout& layer = layout_.layers[index];
  const std::span<const double> input = InputOf(index);
  Stage& stage = stages_[index];
  stage.sums.assign(batch_ * layer.output.size(), 0.0);
  stage.winners.assign(stage.sums.size(), 0);
  ForEachPixel(layer.output, batch_, [&](std::size_t n, int c, int y, int x) {
    const std::size_t at = At(layer.output, n, c, y, x);
    if (spec.kind == LayerKind::kMaxPool) {
      stage.winners[at] = Winner(spec, layer.input, input, n, c, y, x);
      stage.sums[at] = input[stage.winners[at]];
    } else if (!plan_.layers[index].normalised) {
      stage.sums[at] = weights_[layer.bias.offset + static_cast<std::size_t>(c)];
    }
  });
  if (spec.kind == LayerKind::kMaxPool) return;
  ForEachLayerProduct(spec, layer, batch_, [&](std::size_t out, std::size_t in, std::size_t w) {
    stage.sums[out] += input[in] * weights_[layer.weight.offset + w];
  });
}

void ReferenceNetwork::Normalise(std::size_t index) {
  const LayerLayout& layer = layout_.layers[index];
  Stage& stage = stages_[index];
  const double share = 1.0 / static_cast<double>(batch_ * layer.output.size() / layer.scale.size);
  double* mean = statistics_.data() + layer.mean.offset;
  double* variance = statistics_.data() + layer.variance.offset;
  std::fill_n(mean, layer.mean.size, 0.0);
  std::fill_n(variance, layer.variance.size, 0.0);
  const auto each = [&](auto visit) {
    ForEachPixel(layer.output, batch_, [&](std::size_t n, int c, int y, int x) {
      visit(static_cast<std::size_t>(c), At(layer.output, n, c, y, x));
    });
  };
  each([&](std::size_t c, std::size_t at) { mean[c] += stage.sums[at] * share; });
  each([&](std::size_t c, std::size_t at) {
    const double distance = stage.sums[at] - mean[c];
    variance[c] += distance * distance * share;
  });
  each([&](std::size_t c, std::size_t at) {
    const double deviation = std::sqrt(variance[c] + static_cast<double>(kNormalisationEpsilon));
    stage.normalised[at] =
        (stage.sums[at] - mean[c]) / deviation * weights_[layer.scale.offset + c] +
        weights_[layer.bias.offset + c];
  });
}

std::vector<double> ReferenceNetwork::Backward(std::span<const double> logit_gradients) {
  std::fill(gradients_.begin(), gradients_.end(), 0.0);
  std::vector<double> gradient(logit_gradients.begin(), logit_gradients.end());
  for (std::size_t layer = stages_.size(); layer-- > 0;) {
    if (plan_.layers[layer].spec.activation == Activation::kRelu) {
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        if (stages_[layer].normalised[i] <= 0) gradient[i] = 0;
      }
    }
    if (plan_.layers[layer].normalised) gradient = NormaliseBackward(layer, gradient);
    gradient = LayerBackward(layer, gradient);
  }
  return gradients_;
}

// Ioffe, Szegedy 2015: the batch's mean and variance move with every value, too.
std::vector<double> ReferenceNetwork::NormaliseBackward(std::size_t index,
                                                        const std::vector<double>& gradient) {
  const LayerLayout& layer = layout_.layers[index];
  const Stage& stage = stages_[index];
  const double share = 1.0 / static_cast<double>(batch_ * layer.output.size() / layer.scale.size);
  double* scale_gradient = gradients_.data() + layer.scale.offset;
  double* shift_gradient = gradients_.data() + layer.bias.offset;
  const auto deviation = [&](std::size_t c) {
    return std::sqrt(statistics_[layer.variance.offset + c] +
                     static_cast<double>(kNormalisationEpsilon));
  };
  const auto standard = [&](std::size_t c, std::size_t at) {
    return (stage.sums[at] - statistics_[layer.mean.offset + c]) / deviation(c);
  };
  const auto each = [&](auto visit) {
    ForEachPixel(layer.output, batch_, [&](std::size_t n, int c, int y, int x) {
      visit(static_cast<std::size_t>(c), At(layer.output, n, c, y, x));
    });
  };
  each([&](std::size_t c, std::size_t at) {
    scale_gradient[c] += gradient[at] * standard(c, at);
    shift_gradient[c] += gradient[at];
  });
  std::vector<double> before(gradient.size());
  each([&](std::size_t c, std::size_t at) {
    const double common = shift_gradient[c] + standard(c, at) * scale_gradient[c];
    before[at] = weights_[layer.scale.offset + c] / deviation(c) * (gradient[at] - share * common);
  });
  return before;
}

std::vector<double> ReferenceNetwork::LayerBackward(std::size_t index,
                                                    const std::vector<double>& gradient) {
  const LayerSpec& spec = plan_.layers[index].spec;
  const LayerLayout& layer = layout_.layers[index];
  const std::span<const double> input = InputOf(index);
  std::vector<double> before(input.size());
  if (spec.kind == LayerKind::kMaxPool) {
    const std::vector<std::size_t>& winners = stages_[index].winners;
    for (std::size_t i = 0; i < gradient.size(); ++i) before[winners[i]] += gradient[i];
    return before;
  }
  ForEachLayerProduct(spec, layer, batch_, [&](std::size_t out, std::size_t in, std::size_t w) {
    gradients_[layer.weight.offset + w] += gradient[out] * input[in];
    before[in] += gradient[out] * weights_[layer.weight.offset + w];
  });
  if (plan_.layers[index].normalised) return before;  // its shift has been seen to
  ForEachPixel(layer.output, batch_, [&](std::size_t n, int c, int y, int x) {
    gradients_[layer.bias.offset + static_cast<std::size_t>(c)] +=
        gradient[At(layer.output, n, c, y, x)];
  });
  return before;
}

}  // namespace glyphd
