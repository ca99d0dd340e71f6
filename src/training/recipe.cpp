#include "training/recipe.h"

#include <sstream>

namespace glyphd {
namespace {

PlannedLayer Convolution(std::string name, int outputs, int stride, int padding) {
  PlannedLayer layer;
  layer.spec = {LayerKind::kConvolution, std::move(name), outputs, 3, stride, padding,
                Activation::kRelu};
  layer.normalised = true;
  return layer;
}

PlannedLayer Logits(int classes, float dropout) {
  PlannedLayer layer;
  layer.spec.kind = LayerKind::kDense;
  layer.spec.name = "logits";
  layer.spec.outputs = classes;
  layer.dropout = dropout;
  return layer;
}

// Strides instead of pooling: the wide pictures, where a multiply-add buys least, are left early.
NetworkPlan DefaultPlan(int classes) {
  NetworkPlan plan;
  plan.layers = {
      Convolution("convolution1", 16, 1, 1),  // 16 x 28 x 28
      Convolution("convolution2", 32, 2, 0),  // 32 x 13 x 13
      Convolution("convolution3", 48, 2, 0),  // 48 x 6 x 6
      Convolution("convolution4", 64, 1, 0),  // 64 x 4 x 4
      Convolution("convolution5", 64, 1, 0),  // 64 x 2 x 2
      Logits(classes, 0.2F),
  };
  return plan;
}

void Describe(const PlannedLayer& layer, std::ostringstream& text) {
  const LayerSpec& spec = layer.spec;
  switch (spec.kind) {
    case LayerKind::kConvolution:
      text << " convolution " << spec.kernel << "x" << spec.kernel << "x" << spec.outputs
           << " stride " << spec.stride << " padding " << spec.padding;
      break;
    case LayerKind::kMaxPool:
      text << " max pooling " << spec.kernel << "x" << spec.kernel;
      break;
    case LayerKind::kDense:
      text << " dense " << spec.outputs;
      break;
  }
  if (layer.normalised) text << " normalised";
  if (spec.activation == Activation::kRelu) text << " relu";
  if (layer.dropout > 0) text << " dropout " << layer.dropout;
  text << ",";
}

void Describe(const std::optional<AugmentationOptions>& augmentation, std::ostringstream& text) {
  text << "augmentation: ";
  if (!augmentation) {
    text << "none";
    return;
  }
  const AugmentationOptions& options = *augmentation;
  text << "rotation " << options.rotation_degrees << " degrees, scale " << options.scale
       << ", stretch " << options.stretch << ", shear " << options.shear << ", shift "
       << options.shift_pixels << ", elastic " << options.elastic_pixels << ", thicken "
       << options.thicken_share << ", thin " << options.thin_share << ", blur "
       << options.blur_share << ", contrast " << options.contrast_share;
}

}  // namespace

Result<Recipe> MakeRecipe(std::string_view name, int classes) {
  if (classes < kFewestClasses || classes > kMostClasses) {
    return InvalidInput("a model needs 2 to 256 classes; the data has " + std::to_string(classes));
  }
  Recipe recipe;
  recipe.name = name;
  recipe.plan = DefaultPlan(classes);
  recipe.batch = 128;
  recipe.peak_learning_rate = 0.1F;
  if (name == "default") {
    recipe.epochs = 40;
  } else if (name == "quick") {
    recipe.epochs = 4;
  } else {
    return InvalidInput("there is no recipe '" + std::string(name) +
                        "'; there are 'default' and 'quick'");
  }
  return recipe;
}

std::string DescribeRecipe(const Recipe& recipe) {
  std::ostringstream text;
  text << recipe.name << ":";
  for (const PlannedLayer& layer : recipe.plan.layers) Describe(layer, text);
  text << " epochs " << recipe.epochs << ", batch " << recipe.batch << ", peak learning rate "
       << recipe.peak_learning_rate << ", warm-up " << recipe.warm_up << ", momentum "
       << recipe.optimizer.momentum << ", weight decay " << recipe.optimizer.weight_decay
       << ", label smoothing " << recipe.label_smoothing << ", averaging " << recipe.average_decay
       << ", ";
  Describe(recipe.augmentation, text);
  return text.str();
}

}  // namespace glyphd
