// From a finished training to a model folder's contents: calibrated, measured and described.
//
// Input     the trainer, the data it learnt from, and a test set if there is one to be read
// Output    the model with its card, and the evaluations its figures come from
// Threads   one thread calls
// Errors    kUnavailable: out of memory, or oneDNN refuses

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/labelled_glyphs.h"
#include "evaluation/metrics.h"
#include "model/model_folder.h"
#include "training/trainer.h"

namespace glyphd {

// What only the caller knows, for the card.
struct ModelFacts {
  std::string name;
  std::string data;  // "MNIST", a path
  std::string command;
  std::string test_reading_reason;
  std::vector<TestReading> earlier_test_readings;  // of the model that this one replaces
};

struct MadeModel {
  ModelFolder folder;
  Evaluation validation;
  std::optional<Evaluation> test;
};

// A test set is read exactly once, and the reading is added to the card's list.
Result<MadeModel> MakeModel(Trainer& trainer, const TrainingOptions& options,
                            const LabelledGlyphs& data, const LabelledGlyphs* test,
                            const ModelFacts& facts);

}  // namespace glyphd
