// The layers of a network in training: each runs oneDNN primitives from the output of the layer
// before to its own, and their gradients back. Private to training/.
//
// Lifetime  built front to back, then PrepareBackward() back to front; the plain weights and
//           gradients they are given outlive them
// Threads   one thread calls; oneDNN spreads the work
// Errors    dnnl::error is thrown; TrainingNetwork stops it

#pragma once

#include <cstdint>
#include <memory>

#include "training/dnnl_device.h"

namespace glyphd {

class TrainingLayer {
 public:
  virtual ~TrainingLayer() = default;

  // `output_gradient` is where the layer behind leaves its input's gradient. The first layer
  // with weights has nothing before it to learn, so its input's gradient is not wanted.
  virtual void PrepareBackward(const dnnl::memory& output_gradient, bool wants_input_gradient) = 0;
  virtual void Forward() = 0;
  virtual void Backward() = 0;

  const dnnl::memory& output() const { return output_; }
  const dnnl::memory& input_gradient() const { return input_gradient_; }

 protected:
  dnnl::memory output_;
  dnnl::memory input_gradient_;
};

// Plain formats, in the flat vectors of the network; `bias` is empty where there is none.
struct PlainWeights {
  dnnl::memory weight, bias;
  dnnl::memory weight_gradient, bias_gradient;
};

struct NormalisationWeights {
  dnnl::memory scale, shift;
  dnnl::memory scale_gradient, shift_gradient;
  dnnl::memory mean, variance;  // of the batch; written by Forward()
};

std::unique_ptr<TrainingLayer> MakeConvolution(const DnnlDevice& device, const dnnl::memory& input,
                                               const LayerSpec& spec, const LayerLayout& layout,
                                               const PlainWeights& weights);
std::unique_ptr<TrainingLayer> MakeDense(const DnnlDevice& device, const dnnl::memory& input,
                                         const LayerSpec& spec, const PlainWeights& weights);
std::unique_ptr<TrainingLayer> MakeMaxPool(const DnnlDevice& device, const dnnl::memory& input,
                                           const LayerSpec& spec, const LayerLayout& layout);
std::unique_ptr<TrainingLayer> MakeNormalisation(const DnnlDevice& device,
                                                 const dnnl::memory& input, Activation activation,
                                                 const NormalisationWeights& weights);
std::unique_ptr<TrainingLayer> MakeRelu(const DnnlDevice& device, const dnnl::memory& input);

// Which numbers are dropped depends on the seed, the step and the layer alone.
struct DropoutStep {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};
std::unique_ptr<TrainingLayer> MakeDropout(const DnnlDevice& device, const dnnl::memory& input,
                                           float share, std::uint64_t layer,
                                           const DropoutStep& step);

}  // namespace glyphd
