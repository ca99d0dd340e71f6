#include "training/recipe.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "training/forward_network.h"
#include "training/random.h"
#include "training/reference.h"

namespace glyphd {
namespace {

using testing::HasSubstr;

TEST(Recipe, IsCheapEnoughToServe) {
  const Result<Recipe> recipe = MakeRecipe("default", 10);
  ASSERT_TRUE(recipe.ok());
  EXPECT_LT(MultiplyAdds(recipe->plan), 6'000'000U);
  EXPECT_LT(LayOut(recipe->plan).weights * sizeof(float), 2'000'000U);
}

TEST(Recipe, TakesAnyNumberOfClassesThatFitsAByte) {
  EXPECT_TRUE(MakeRecipe("default", 2).ok());
  const Result<Recipe> most = MakeRecipe("quick", 256);
  ASSERT_TRUE(most.ok());
  EXPECT_EQ(most->plan.classes(), 256);
  EXPECT_THAT(MakeRecipe("default", 1).error().message, HasSubstr("the data has 1"));
  EXPECT_EQ(MakeRecipe("default", 257).error().code, ErrorCode::kInvalidInput);
}

TEST(Recipe, NamesThoseThatExistWhenOneDoesNot) {
  const Result<Recipe> recipe = MakeRecipe("fancy", 10);
  ASSERT_FALSE(recipe.ok());
  EXPECT_THAT(recipe.error().message, HasSubstr("'default' and 'quick'"));
}

TEST(Recipe, ADescriptionTellsRecipesApart) {
  Recipe recipe = *MakeRecipe("default", 10);
  const std::string before = DescribeRecipe(recipe);
  recipe.augmentation->blur_share += 0.05F;
  EXPECT_NE(DescribeRecipe(recipe), before);
  recipe.augmentation.reset();
  EXPECT_THAT(DescribeRecipe(recipe), HasSubstr("augmentation: none"));
}

GlyphImage RandomGlyph(std::uint64_t seed) {
  KeyedRandom random(RandomUse::kAugmentation, {seed});
  GlyphImage image;
  for (std::uint8_t& pixel : image) pixel = static_cast<std::uint8_t>(random.Below(256));
  return image;
}

// The plan without normalisation, whose weights and biases are the folded ones.
NetworkPlan Folded(NetworkPlan plan) {
  for (PlannedLayer& layer : plan.layers) {
    layer.normalised = false;
    layer.dropout = 0;
  }
  return plan;
}

std::vector<double> FoldedWeights(const NetworkPlan& plan, const Parameters& parameters) {
  const NetworkPlan folded = Folded(plan);
  const ParameterLayout layout = LayOut(folded);
  const std::map<std::string, Tensor> tensors = FoldedTensors(plan, parameters);
  std::vector<double> weights(layout.weights);
  for (std::size_t i = 0; i < folded.layers.size(); ++i) {
    const std::string& name = folded.layers[i].spec.name;
    const auto put = [&](const std::vector<float>& values, const Block& block) {
      ASSERT_EQ(values.size(), block.size);
      std::copy(values.begin(), values.end(),
                weights.begin() + static_cast<std::ptrdiff_t>(block.offset));
    };
    if (layout.layers[i].weight.size == 0) continue;
    put(tensors.at(name + ".weight").values, layout.layers[i].weight);
    put(tensors.at(name + ".bias").values, layout.layers[i].bias);
  }
  return weights;
}

// Random statistics: a model whose normalisation does nothing could hide a wrong fold.
Parameters RandomParameters(const NetworkPlan& plan) {
  Parameters parameters = InitialParameters(plan, 3);
  KeyedRandom random(RandomUse::kInitialWeights, {99});
  for (float& statistic : parameters.statistics) statistic = random.Uniform(0.2F, 2.0F);
  const ParameterLayout layout = LayOut(plan);
  for (std::size_t i = layout.decaying; i < layout.weights; ++i) {
    parameters.weights[i] = random.Uniform(-0.5F, 1.5F);
  }
  return parameters;
}

TEST(ForwardNetwork, GivesTheReferencesLogitsForFoldedWeightsAndAPartialLastBatch) {
  NetworkPlan plan = MakeRecipe("default", 10)->plan;
  PlannedLayer pool;
  pool.spec = {LayerKind::kMaxPool, "pool", 0, 2, 2, 0, Activation::kNone};
  plan.layers.insert(plan.layers.begin() + 1, pool);
  plan.layers.erase(plan.layers.begin() + 3, plan.layers.end() - 1);
  const Parameters parameters = RandomParameters(plan);
  const std::vector<GlyphImage> images = {RandomGlyph(1), RandomGlyph(2), RandomGlyph(3)};

  auto network = ForwardNetwork::Create(plan, 2);
  ASSERT_TRUE(network.ok()) << network.error().message;
  ASSERT_TRUE((*network)->Load(parameters).ok());
  const Result<std::vector<float>> logits = (*network)->Logits(images);
  ASSERT_TRUE(logits.ok());

  std::vector<double> input;
  for (const GlyphImage& image : images) {
    for (const std::uint8_t ink : image) input.push_back(ink / 255.0);
  }
  ReferenceNetwork reference(Folded(plan), images.size());
  const std::vector<double>& expected = reference.Forward(input, FoldedWeights(plan, parameters));
  ASSERT_EQ(logits->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(static_cast<double>((*logits)[i]), expected[i], 1e-3 * (1 + std::abs(expected[i])));
  }
}

TEST(Folding, MakesANormalisedLayerOneWeightedSum) {
  // y = (w x - mean) / sqrt(variance + epsilon) * scale + shift, by hand.
  NetworkPlan plan{1, 1, {}};
  PlannedLayer layer;
  layer.spec = {LayerKind::kConvolution, "c", 1, 1, 1, 0, Activation::kNone};
  layer.normalised = true;
  plan.layers.push_back(layer);
  const ParameterLayout layout = LayOut(plan);
  Parameters parameters = InitialParameters(plan, 1);
  parameters.weights[layout.layers[0].weight.offset] = 3;
  parameters.weights[layout.layers[0].scale.offset] = 2;
  parameters.weights[layout.layers[0].bias.offset] = 7;
  parameters.statistics[layout.layers[0].mean.offset] = 5;
  parameters.statistics[layout.layers[0].variance.offset] = 16 - kNormalisationEpsilon;
  const std::map<std::string, Tensor> tensors = FoldedTensors(plan, parameters);
  EXPECT_FLOAT_EQ(tensors.at("c.weight").values[0], 3.0F * 2 / 4);
  EXPECT_FLOAT_EQ(tensors.at("c.bias").values[0], 7 - 5.0F * 2 / 4);
}

TEST(OneCycle, RisesToThePeakAndFallsToNothing) {
  EXPECT_NEAR(OneCycleRate(1, 0.25, 24, 100), 1.0F, 1e-6);
  EXPECT_LT(OneCycleRate(1, 0.25, 0, 100), 0.05F);
  EXPECT_NEAR(OneCycleRate(1, 0.25, 99, 100), 0.0F, 1e-6);
  for (std::uint64_t step = 25; step < 99; ++step) {
    EXPECT_GT(OneCycleRate(1, 0.25, step, 100), OneCycleRate(1, 0.25, step + 1, 100)) << step;
  }
}

TEST(Nesterov, LooksAheadAlongTheVelocityAndSparesBiasesFromDecay) {
  const std::vector<float> gradients = {1, 1};
  std::vector<float> velocity = {2, 2};
  std::vector<float> weights = {10, 10};
  NesterovStep({0.5F, 0.1F}, 0.01F, 1, gradients, velocity, weights);
  EXPECT_FLOAT_EQ(velocity[0], 0.5F * 2 + 2);  // gradient 1 and decay 0.1 * 10
  EXPECT_FLOAT_EQ(velocity[1], 0.5F * 2 + 1);
  EXPECT_FLOAT_EQ(weights[0], 10 - 0.01F * (2 + 0.5F * 3));
  EXPECT_FLOAT_EQ(weights[1], 10 - 0.01F * (1 + 0.5F * 2));
}

TEST(Average, ForgetsTheUntrainedBeginning) {
  std::vector<float> average = {100};
  for (std::uint64_t step = 0; step < 200; ++step) {
    UpdateAverage(0.999F, step, std::vector<float>{1}, average);
  }
  EXPECT_NEAR(average[0], 1, 0.01);
}

TEST(Random, DrawsTheSameFromTheSameKeysOnly) {
  const auto first = [](RandomUse use, std::initializer_list<std::uint64_t> keys) {
    return KeyedRandom(use, keys).Next();
  };
  EXPECT_EQ(first(RandomUse::kDropout, {1, 2}), first(RandomUse::kDropout, {1, 2}));
  EXPECT_NE(first(RandomUse::kDropout, {1, 2}), first(RandomUse::kDropout, {2, 1}));
  EXPECT_NE(first(RandomUse::kDropout, {1, 2}), first(RandomUse::kAugmentation, {1, 2}));
}

TEST(Random, NormalNumbersHaveTheirMeanAndVariance) {
  KeyedRandom random(RandomUse::kInitialWeights, {1});
  double sum = 0, squares = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = static_cast<double>(random.Normal());
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.03);
  EXPECT_NEAR(squares / kDraws, 1, 0.05);
}

TEST(Random, ShufflesEveryNumberOnce) {
  const std::vector<std::size_t> order = Shuffled(100, KeyedRandom(RandomUse::kExampleOrder, {1}));
  std::vector<std::size_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(sorted[i], i);
  EXPECT_NE(order, sorted);
}

}  // namespace
}  // namespace glyphd
