#include "training/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace glyphd {

void NesterovStep(const OptimizerOptions& options, float learning_rate, std::size_t decaying,
                  std::span<const float> gradients, std::span<float> velocity,
                  std::span<float> weights) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float decay = i < decaying ? options.weight_decay : 0.0F;
    const float gradient = gradients[i] + decay * weights[i];
    velocity[i] = options.momentum * velocity[i] + gradient;
    weights[i] -= learning_rate * (gradient + options.momentum * velocity[i]);
  }
}

float OneCycleRate(float peak, double warm_up, std::uint64_t step, std::uint64_t steps) {
  const double done =
      (static_cast<double>(step) + 1) / static_cast<double>(std::max(steps, step + 1));
  if (done < warm_up) return static_cast<float>(peak * done / warm_up);
  const double down = (done - warm_up) / (1 - warm_up);
  return static_cast<float>(peak * (1 + std::cos(std::numbers::pi * down)) / 2);
}

void UpdateAverage(float decay, std::uint64_t step, std::span<const float> values,
                   std::span<float> average) {
  const float done = static_cast<float>(step);
  const float share = 1.0F - std::min(decay, (1.0F + done) / (10.0F + done));
  for (std::size_t i = 0; i < average.size(); ++i) average[i] += share * (values[i] - average[i]);
}

}  // namespace glyphd
