// The same network once more, as plainly as it can be written: what the fast one is checked
// against. Loops over pixels in double precision, no library, no format but the plain one.
//
// Input     a batch of pictures, flat weights in the order of LayOut(plan)
// Output    logits, and the gradient of any scalar that depends on them
// Threads   one object per thread
// Cost      hundreds of times the fast network's: for tests

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training/plan.h"

namespace glyphd {

class ReferenceNetwork {
 public:
  // Dropout is not part of it: a plan with dropout aborts.
  ReferenceNetwork(const NetworkPlan& plan, std::size_t batch);

  const std::vector<double>& Forward(std::span<const double> input,
                                     std::span<const double> weights);
  // After Forward(): the gradient of every weight.
  std::vector<double> Backward(std::span<const double> logit_gradients);
  // What batch normalisation saw in Forward(), in the order of LayOut(plan).
  const std::vector<double>& batch_statistics() const { return statistics_; }

 private:
  // The values after one layer's three parts; before the first: the input.
  struct Stage {
    std::vector<double> sums;        // of the convolution or dense layer, or the pooled maxima
    std::vector<double> normalised;  // with scale and shift; sums where the layer is not normalised
    std::vector<double> output;      // after the activation
    std::vector<std::size_t> winners;  // of pooling: index into the input
  };

  std::span<const double> InputOf(std::size_t layer) const;
  void ForwardLayer(std::size_t layer);
  void Normalise(std::size_t layer);
  // Both turn the gradient of a layer's values into that of the values before.
  std::vector<double> NormaliseBackward(std::size_t layer, const std::vector<double>& gradient);
  std::vector<double> LayerBackward(std::size_t layer, const std::vector<double>& gradient);

  NetworkPlan plan_;
  ParameterLayout layout_;
  std::size_t batch_;
  std::vector<double> input_, weights_, gradients_, statistics_;
  std::vector<Stage> stages_;
};

}  // namespace glyphd
