// How wrong a batch of logits is, and which way each should move.
//
// Input     rows of logits, one true label each; smoothing is the share of the target that is
//           spread evenly over all classes
// Output    the sum of the losses and of the right answers; the gradient of the *mean* loss
// Threads   pure function
// Source    Szegedy et al. 2016, section 7, for label smoothing

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace glyphd {

struct BatchLoss {
  double loss = 0;
  std::size_t right = 0;
};

BatchLoss SoftmaxCrossEntropy(std::span<const float> logits, std::span<const std::uint8_t> labels,
                              float smoothing, std::span<float> gradients);

// Each row of logits, divided by the temperature, becomes probabilities.
void SoftmaxRows(std::span<float> logits, std::size_t classes, double temperature);

}  // namespace glyphd
