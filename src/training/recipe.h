// A named way to train: the network and every number that shapes the result but the seed.
//
// Threads   pure functions
// Errors    kInvalidInput: no such recipe, or a number of classes that no model can have

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "training/augmentation.h"
#include "training/optimizer.h"
#include "training/plan.h"

namespace glyphd {

inline constexpr int kFewestClasses = 2;
inline constexpr int kMostClasses = 256;

struct Recipe {
  std::string name;
  NetworkPlan plan;
  int epochs = 0;
  int batch = 0;
  float peak_learning_rate = 0;
  double warm_up = 0.15;  // share of all steps
  OptimizerOptions optimizer;
  float label_smoothing = 0.05F;
  float average_decay = 0.998F;
  std::optional<AugmentationOptions> augmentation = AugmentationOptions{};  // none: as they are
  // A small data set is gone through several times an epoch, so that there are this many steps.
  int fewest_steps_per_epoch = 40;
};

// "default": the shipped model's; "quick": the same in a few epochs.
Result<Recipe> MakeRecipe(std::string_view name, int classes);

// One line of everything in it, for the card and for telling whether a checkpoint fits.
std::string DescribeRecipe(const Recipe& recipe);

}  // namespace glyphd
