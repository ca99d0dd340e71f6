// A network that learns: forward, and the gradient of every weight, for one batch at a time.
//
// Input     batch x height x width floats, 0 = paper, 1 = full ink, written into input()
// Output    batch x classes logits
// Threads   one thread calls; oneDNN spreads the work over SetTrainingThreads() threads. With
//           the same number of threads the same numbers come out, bit for bit
// Errors    kUnavailable: out of memory, or oneDNN refuses
// Cost      all memory is taken by Create(); see MultiplyAdds() for the work

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "training/plan.h"

namespace glyphd {

class TrainingNetwork {
 public:
  virtual ~TrainingNetwork() = default;

  static Result<std::unique_ptr<TrainingNetwork>> Create(const NetworkPlan& plan, int batch,
                                                         std::uint64_t seed);

  virtual std::span<float> input() = 0;
  virtual std::span<float> weights() = 0;  // in the order of LayOut(plan)
  // `step` decides, with the seed, what dropout drops.
  virtual Status Forward(std::uint64_t step) = 0;
  virtual std::span<const float> logits() const = 0;
  virtual std::span<float> logit_gradients() = 0;
  virtual Status Backward() = 0;
  virtual std::span<const float> gradients() const = 0;         // in the order of weights()
  virtual std::span<const float> batch_statistics() const = 0;  // in the order of LayOut(plan)
};

// For the calling thread's networks, and for whatever else in training/ runs in parallel.
void SetTrainingThreads(int threads);

std::string TrainingLibrary();  // "oneDNN 3.2.0"

}  // namespace glyphd
