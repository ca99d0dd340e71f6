// Trains one model: the loop over epochs and steps, validated after each epoch, which can be
// stopped after any step and continued to the very same result.
//
// Input     labelled glyphs; a twelfth of them, drawn by the seed, is only validated on
// Output    the averaged weights, and figures per epoch
// Threads   one thread calls Run(); oneDNN and augmentation use `threads` of them. The result
//           depends on seed and thread count alone
// Errors    kInvalidInput: too little data; kUnavailable: out of memory, or what `save` said
// Cost      see MultiplyAdds(); three times that a step and example

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "dataset/labelled_glyphs.h"
#include "evaluation/report.h"
#include "training/recipe.h"

namespace glyphd {

struct TrainingOptions {
  Recipe recipe;
  std::uint64_t seed = 1;
  int threads = 2;
};

// Everything that a run needs to go on where it stopped. Nothing random is kept: every random
// number follows from seed, epoch and step.
struct TrainingState {
  std::uint64_t epoch = 0;  // the one under way, from 0
  std::uint64_t step = 0;   // done in it
  std::vector<float> weights;
  std::vector<float> velocity;
  Parameters average;
  double loss_sum = 0;  // over this epoch so far, like the next three
  std::uint64_t right = 0;
  std::uint64_t seen = 0;
  double seconds = 0;
  std::vector<EpochFigures> history;
};

struct TrainingProgress {
  int epoch = 0;  // from 1
  int epochs = 0;
  std::uint64_t step = 0;  // done in this epoch
  std::uint64_t steps = 0;
  double loss = 0;  // mean over this epoch so far
  double accuracy = 0;
  double seconds = 0;  // of this epoch
};

class TrainingWatcher {
 public:
  virtual ~TrainingWatcher() = default;
  virtual void OnStep(const TrainingProgress& progress) = 0;
  virtual void OnEpoch(const EpochFigures& figures) = 0;
  virtual bool ShouldStop() = 0;  // asked after each step
};

// Which examples are learnt and which are only validated on.
struct DataSplit {
  std::vector<std::size_t> train;
  std::vector<std::size_t> validation;
};
DataSplit SplitData(std::size_t examples, std::uint64_t seed);

enum class TrainingEnd { kFinished, kStopped };

class Trainer {
 public:
  using Save = std::function<Status(const TrainingState&)>;

  virtual ~Trainer() = default;

  // `data` outlives the trainer.
  static Result<std::unique_ptr<Trainer>> Create(const LabelledGlyphs& data,
                                                 const TrainingOptions& options);

  // Takes over a saved state. kInvalidInput: it belongs to another network.
  virtual Status Restore(TrainingState state) = 0;
  // `save` is called after each epoch and when the watcher wants to stop.
  virtual Result<TrainingEnd> Run(TrainingWatcher& watcher, const Save& save) = 0;

  virtual const TrainingState& state() const = 0;
  virtual const DataSplit& split() const = 0;
  // Logits of the averaged model.
  virtual Result<std::vector<float>> Logits(std::span<const GlyphImage> images) = 0;
};

}  // namespace glyphd
