// The fast network against the plain reference, and the reference against finite differences.

#include <algorithm>
#include <cmath>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "training/loss.h"
#include "training/random.h"
#include "training/reference.h"
#include "training/training_network.h"

namespace glyphd {
namespace {

struct Case {
  std::string name;
  NetworkPlan plan;
  int batch = 3;
};

std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

PlannedLayer Convolution(int outputs, int kernel, int stride, int padding, bool normalised,
                         Activation activation = Activation::kRelu) {
  PlannedLayer layer;
  layer.spec = {LayerKind::kConvolution, "c", outputs, kernel, stride, padding, activation};
  layer.normalised = normalised;
  return layer;
}

PlannedLayer Pool(int window, int padding = 0) {
  PlannedLayer layer;
  layer.spec = {LayerKind::kMaxPool, "p", 0, window, window, padding, Activation::kNone};
  return layer;
}

PlannedLayer Dense(int outputs, Activation activation = Activation::kNone) {
  PlannedLayer layer;
  layer.spec = {LayerKind::kDense, "d", outputs, 0, 1, 0, activation};
  return layer;
}

// The layer under test stands second where it can, so that the gradient it passes back is seen
// in the first layer's weights.
std::vector<Case> Cases() {
  const Activation none = Activation::kNone;
  const PlannedLayer first = Convolution(5, 3, 1, 1, false);
  return {
      {"DenseAlone", {7, 5, {Dense(4)}}, 3},
      {"DenseAfterDense", {6, 6, {Dense(9, Activation::kRelu), Dense(4)}}, 3},
      {"ConvolutionWithoutActivation", {9, 7, {Convolution(3, 3, 1, 1, false, none), Dense(4)}}, 3},
      {"ConvolutionWithRelu", {9, 7, {first, Convolution(7, 3, 1, 0, false), Dense(4)}}, 3},
      {"ConvolutionStrideTwoOdd", {9, 11, {first, Convolution(6, 3, 2, 1, false), Dense(3)}}, 4},
      {"ConvolutionStrideThreeEven", {10, 8, {first, Convolution(6, 2, 3, 0, false), Dense(3)}}, 2},
      {"ConvolutionFiveWide", {11, 9, {first, Convolution(4, 5, 2, 2, false), Dense(3)}}, 3},
      {"ConvolutionOneWide", {5, 6, {first, Convolution(17, 1, 1, 0, false), Dense(3)}}, 3},
      {"ConvolutionOfWholeChannelBlocks",
       {8, 8, {Convolution(16, 3, 1, 1, false), Convolution(32, 3, 2, 1, false), Dense(10)}},
       2},
      {"Normalised", {7, 9, {first, Convolution(6, 3, 1, 1, true), Dense(4)}}, 4},
      {"NormalisedWithoutActivation", {7, 9, {Convolution(3, 3, 2, 1, true, none), Dense(4)}}, 4},
      {"NormalisedTwice",
       {8, 8, {Convolution(16, 3, 1, 1, true), Convolution(16, 3, 2, 1, true), Dense(4)}},
       4},
      {"PoolTwo", {8, 6, {first, Pool(2), Dense(4)}}, 3},
      {"PoolTwoOddSize", {9, 7, {first, Pool(2), Dense(4)}}, 3},
      {"PoolThreePadded", {10, 7, {first, Pool(3, 1), Dense(4)}}, 3},
      {"PoolThenNormalised",
       {13, 13, {first, Pool(2), Convolution(16, 3, 1, 0, true), Pool(2), Dense(4)}},
       3},
      {"OneExample", {6, 6, {first, Pool(2), Dense(2)}}, 1},
  };
}

std::vector<float> RandomNumbers(std::size_t count, std::uint64_t seed, float low, float high) {
  KeyedRandom random(RandomUse::kInitialWeights, {seed});
  std::vector<float> numbers(count);
  for (float& number : numbers) number = random.Uniform(low, high);
  return numbers;
}

std::vector<double> Doubles(std::span<const float> numbers) {
  return {numbers.begin(), numbers.end()};
}

// Every weight is random, scales and shifts too: a gradient that is lost must show.
struct Problem {
  explicit Problem(const Case& one)
      : input(RandomNumbers(
            static_cast<std::size_t>(one.batch * one.plan.input_height * one.plan.input_width), 1,
            0, 1)),
        weights(RandomNumbers(LayOut(one.plan).weights, 2, -0.5F, 0.7F)),
        logit_gradients(
            RandomNumbers(static_cast<std::size_t>(one.batch * one.plan.classes()), 3, -1, 1)) {}

  std::vector<float> input, weights, logit_gradients;
};

double LargestDifference(std::span<const float> ours, const std::vector<double>& theirs) {
  double largest = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const double scale = std::max(1.0, std::abs(theirs[i]));
    largest = std::max(largest, std::abs(static_cast<double>(ours[i]) - theirs[i]) / scale);
  }
  return largest;
}

class EveryLayer : public testing::TestWithParam<Case> {};

TEST_P(EveryLayer, ComputesWhatThePlainReferenceComputes) {
  const Case& one = GetParam();
  const Problem problem(one);
  ReferenceNetwork reference(one.plan, static_cast<std::size_t>(one.batch));
  const std::vector<double> logits =
      reference.Forward(Doubles(problem.input), Doubles(problem.weights));
  const std::vector<double> gradients = reference.Backward(Doubles(problem.logit_gradients));

  auto network = TrainingNetwork::Create(one.plan, one.batch, 1);
  ASSERT_TRUE(network.ok()) << network.error().message;
  std::copy(problem.input.begin(), problem.input.end(), (*network)->input().begin());
  std::copy(problem.weights.begin(), problem.weights.end(), (*network)->weights().begin());
  // Twice: a buffer that is added to instead of written would show.
  for (int pass = 0; pass < 2; ++pass) {
    ASSERT_TRUE((*network)->Forward(0).ok());
    std::copy(problem.logit_gradients.begin(), problem.logit_gradients.end(),
              (*network)->logit_gradients().begin());
    ASSERT_TRUE((*network)->Backward().ok());
  }
  EXPECT_LT(LargestDifference((*network)->logits(), logits), 1e-4);
  EXPECT_LT(LargestDifference((*network)->gradients(), gradients), 1e-3);
  EXPECT_LT(LargestDifference((*network)->batch_statistics(), reference.batch_statistics()), 1e-4);
}

double WeightedLogits(ReferenceNetwork& reference, const Problem& problem,
                      const std::vector<double>& weights) {
  const std::vector<double>& logits = reference.Forward(Doubles(problem.input), weights);
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    sum += logits[i] * static_cast<double>(problem.logit_gradients[i]);
  }
  return sum;
}

TEST_P(EveryLayer, HasTheGradientThatFiniteDifferencesShow) {
  const Case& one = GetParam();
  const Problem problem(one);
  ReferenceNetwork reference(one.plan, static_cast<std::size_t>(one.batch));
  std::vector<double> weights = Doubles(problem.weights);
  reference.Forward(Doubles(problem.input), weights);
  const std::vector<double> gradients = reference.Backward(Doubles(problem.logit_gradients));
  constexpr double kStep = 1e-6;
  // A few dozen weights from everywhere; all of them would take minutes.
  for (std::size_t i = 0; i < weights.size(); i += weights.size() / 40 + 1) {
    const double before = weights[i];
    weights[i] = before + kStep;
    const double above = WeightedLogits(reference, problem, weights);
    weights[i] = before - kStep;
    const double below = WeightedLogits(reference, problem, weights);
    weights[i] = before;
    const double numerical = (above - below) / (2 * kStep);
    EXPECT_NEAR(gradients[i], numerical, 1e-4 * std::max(1.0, std::abs(numerical))) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, EveryLayer, testing::ValuesIn(Cases()),
                         [](const auto& one) { return one.param.name; });

TEST(Loss, HasTheGradientThatFiniteDifferencesShow) {
  std::vector<float> logits = RandomNumbers(5 * 4, 4, -3, 3);
  const std::vector<std::uint8_t> labels = {0, 3, 1, 2, 3};
  std::vector<float> gradients(logits.size()), unused(logits.size());
  SoftmaxCrossEntropy(logits, labels, 0.1F, gradients);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    constexpr float kStep = 1e-2F;
    const float before = logits[i];
    logits[i] = before + kStep;
    const double above = SoftmaxCrossEntropy(logits, labels, 0.1F, unused).loss;
    logits[i] = before - kStep;
    const double below = SoftmaxCrossEntropy(logits, labels, 0.1F, unused).loss;
    logits[i] = before;
    const double of_mean = (above - below) / (2 * static_cast<double>(kStep)) / 5;
    EXPECT_NEAR(static_cast<double>(gradients[i]), of_mean, 1e-4) << i;
  }
}

TEST(Loss, StaysFiniteWhenLogitsAreHuge) {
  const std::vector<float> logits = {3e4F, -3e4F, 0};
  const std::vector<std::uint8_t> labels = {1};
  std::vector<float> gradients(3);
  const BatchLoss loss = SoftmaxCrossEntropy(logits, labels, 0.0F, gradients);
  EXPECT_DOUBLE_EQ(loss.loss, 6e4);
  EXPECT_EQ(loss.right, 0U);
  EXPECT_THAT(gradients, testing::ElementsAre(1.0F, -1.0F, 0.0F));
}

TEST(Dropout, DropsItsShareAndKeepsTheMeanAndDropsTheSameForTheSameStep) {
  NetworkPlan plan{20, 20, {Dense(400, Activation::kNone), Dense(2)}};
  plan.layers[1].dropout = 0.25F;
  const ParameterLayout layout = LayOut(plan);
  auto network = TrainingNetwork::Create(plan, 8, 1);
  ASSERT_TRUE(network.ok());
  // The first layer gives all ones (bias 1), the second adds them up.
  std::fill((*network)->input().begin(), (*network)->input().end(), 0.0F);
  std::fill_n(
      (*network)->weights().begin() + static_cast<std::ptrdiff_t>(layout.layers[0].bias.offset),
      400, 1.0F);
  std::fill_n(
      (*network)->weights().begin() + static_cast<std::ptrdiff_t>(layout.layers[1].weight.offset),
      800, 1.0F);
  const auto sums_at = [&](std::uint64_t step) {
    EXPECT_TRUE((*network)->Forward(step).ok());
    return std::vector<float>((*network)->logits().begin(), (*network)->logits().end());
  };
  const std::vector<float> first = sums_at(1);
  const std::vector<float> second = sums_at(2);
  EXPECT_EQ(first, sums_at(1));
  EXPECT_NE(first, second);
  for (const float sum : first) EXPECT_NEAR(sum, 400, 60);  // 4.6 standard deviations

  // What was dropped learns nothing; what was kept learns in proportion.
  sums_at(1);
  std::fill((*network)->logit_gradients().begin(), (*network)->logit_gradients().end(), 1.0F);
  ASSERT_TRUE((*network)->Backward().ok());
  const float kept = 1.0F / 0.75F;
  for (std::size_t i = 0; i < 800; ++i) {
    const float gradient = (*network)->gradients()[layout.layers[1].weight.offset + i];
    const float times_kept = gradient / kept;
    EXPECT_NEAR(times_kept, std::round(times_kept), 1e-4);
    EXPECT_LE(times_kept, 8.001F);
  }
}

}  // namespace
}  // namespace glyphd
