// Moves the weights: Nesterov momentum with weight decay, one cycle of the learning rate, and an
// average of the weights that is the model in the end.
//
// Threads   pure functions on the caller's vectors
// Source    Sutskever et al. 2013 (momentum); Smith 2018 (one cycle); Polyak 1992 (averaging)

#pragma once

#include <cstdint>
#include <span>

namespace glyphd {

struct OptimizerOptions {
  float momentum = 0.9F;
  float weight_decay = 5e-4F;
};

// One step. Only the first `decaying` weights decay: a bias or a scale has no reason to be small.
void NesterovStep(const OptimizerOptions& options, float learning_rate, std::size_t decaying,
                  std::span<const float> gradients, std::span<float> velocity,
                  std::span<float> weights);

// Up in a straight line over the first `warm_up` share of the steps, then down to nothing along a
// cosine.
float OneCycleRate(float peak, double warm_up, std::uint64_t step, std::uint64_t steps);

// average += (values - average) * (1 - decay), with a shorter memory in the first steps, when
// the average would otherwise be made of the untrained beginning.
void UpdateAverage(float decay, std::uint64_t step, std::span<const float> values,
                   std::span<float> average);

}  // namespace glyphd
