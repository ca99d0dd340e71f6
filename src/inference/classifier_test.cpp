#include "inference/classifier.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "model/network_shape.h"

namespace glyphd {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kLabels = 10;

ModelFolder RandomModel(std::vector<LayerSpec> layers, unsigned seed) {
  ModelFolder model;
  model.name = "random";
  model.version = "0123456789ab";
  model.temperature = 1.5;
  for (std::size_t i = 0; i < kLabels; ++i) model.labels.push_back(std::to_string(i));
  model.layers = std::move(layers);
  std::mt19937 random(seed);
  const auto plan = PlanNetwork(model.layers);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const std::vector<int>& shape = plan.value()[i].weight_shape;
    if (shape.empty()) continue;
    const int inputs = std::accumulate(shape.begin() + 1, shape.end(), 1, std::multiplies<>());
    std::normal_distribution<float> draw(0, std::sqrt(2.0F / static_cast<float>(inputs)));
    Tensor weight{shape, std::vector<float>(static_cast<std::size_t>(shape[0] * inputs))};
    Tensor bias{{shape[0]}, std::vector<float>(static_cast<std::size_t>(shape[0]))};
    for (float& value : weight.values) value = draw(random);
    for (float& value : bias.values) value = draw(random);
    model.tensors[model.layers[i].name + ".weight"] = std::move(weight);
    model.tensors[model.layers[i].name + ".bias"] = std::move(bias);
  }
  return model;
}

ModelFolder SmallModel() {
  return RandomModel({{LayerKind::kConvolution, "c1", 8, 3, 1, 1, Activation::kRelu},
                      {LayerKind::kMaxPool, "p1", 0, 2, 2, 0, Activation::kNone},
                      {LayerKind::kConvolution, "c2", 12, 5, 2, 2, Activation::kNone},
                      {LayerKind::kMaxPool, "p2", 0, 3, 3, 0, Activation::kNone},
                      {LayerKind::kDense, "d1", 20, 0, 1, 0, Activation::kRelu},
                      {LayerKind::kDense, "d2", kLabels, 0, 1, 0, Activation::kNone}},
                     1);
}

std::vector<GlyphImage> RandomGlyphs(std::size_t count) {
  std::mt19937 random(7);
  std::vector<GlyphImage> glyphs(count);
  for (GlyphImage& glyph : glyphs) {
    for (std::uint8_t& pixel : glyph) {
      pixel = random() % 4 == 0 ? static_cast<std::uint8_t>(random()) : std::uint8_t{0};
    }
  }
  return glyphs;
}

std::shared_ptr<const Classifier> Open(const ModelFolder& model, int concurrent_calls = 2) {
  auto opened = OpenClassifier(model, {concurrent_calls});
  EXPECT_TRUE(opened.ok()) << (opened ? "" : opened.error().message);
  return *std::move(opened);
}

std::vector<float> Classify(const Classifier& classifier, std::span<const GlyphImage> glyphs) {
  std::vector<float> probabilities(glyphs.size() * kLabels);
  const Status status = classifier.Classify(glyphs, probabilities);
  EXPECT_TRUE(status.ok()) << (status ? "" : status.error().message);
  return probabilities;
}

double LargestDifference(std::span<const float> a, std::span<const float> b) {
  double largest = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
  }
  return largest;
}

// ---- the same network in the plainest C++, in double

using Map = std::vector<double>;

double MapValue(const Map& map, const MapShape& shape, int channel, int y, int x) {
  if (y < 0 || x < 0 || y >= shape.height || x >= shape.width) return 0;
  return map[static_cast<std::size_t>((channel * shape.height + y) * shape.width + x)];
}

double ConvolveAt(const LayerSpec& layer, const MapShape& shape, const Tensor& weight,
                  const Map& map, int output, int y, int x) {
  double sum = 0;
  std::size_t at = static_cast<std::size_t>(output * shape.channels * layer.kernel * layer.kernel);
  for (int c = 0; c < shape.channels; ++c) {
    for (int i = 0; i < layer.kernel; ++i) {
      for (int j = 0; j < layer.kernel; ++j) {
        sum += static_cast<double>(weight.values[at++]) *
               MapValue(map, shape, c, y * layer.stride + i - layer.padding,
                        x * layer.stride + j - layer.padding);
      }
    }
  }
  return sum;
}

double LargestAt(const LayerSpec& layer, const MapShape& shape, const Map& map, int channel, int y,
                 int x) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < layer.kernel; ++i) {
    for (int j = 0; j < layer.kernel; ++j) {
      largest = std::max(largest,
                         MapValue(map, shape, channel, y * layer.kernel + i, x * layer.kernel + j));
    }
  }
  return largest;
}

double DenseAt(const Tensor& weight, const Map& map, int output) {
  double sum = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    sum += map[i] *
           static_cast<double>(weight.values[static_cast<std::size_t>(output) * map.size() + i]);
  }
  return sum;
}

Map RunLayer(const ModelFolder& model, const LayerSpec& layer, const PlannedLayer& plan,
             const Map& map) {
  const bool has_tensors = layer.kind != LayerKind::kMaxPool;
  const Tensor weight = has_tensors ? model.tensors.at(layer.name + ".weight") : Tensor{};
  const Tensor bias = has_tensors ? model.tensors.at(layer.name + ".bias") : Tensor{};
  Map result;
  for (int c = 0; c < plan.output.channels; ++c) {
    for (int y = 0; y < plan.output.height; ++y) {
      for (int x = 0; x < plan.output.width; ++x) {
        double value = 0;
        if (layer.kind == LayerKind::kMaxPool) value = LargestAt(layer, plan.input, map, c, y, x);
        if (layer.kind == LayerKind::kDense) value = DenseAt(weight, map, c);
        if (layer.kind == LayerKind::kConvolution) {
          value = ConvolveAt(layer, plan.input, weight, map, c, y, x);
        }
        if (has_tensors) value += static_cast<double>(bias.values[static_cast<std::size_t>(c)]);
        if (layer.activation == Activation::kRelu) value = std::max(value, 0.0);
        result.push_back(value);
      }
    }
  }
  return result;
}

std::vector<float> ReferenceProbabilities(const ModelFolder& model, const GlyphImage& glyph) {
  const auto plan = PlanNetwork(model.layers);
  Map map(glyph.begin(), glyph.end());
  for (double& value : map) value /= 255;
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    map = RunLayer(model, model.layers[i], plan.value()[i], map);
  }
  double sum = 0;
  for (double& value : map) sum += value = std::exp(value / model.temperature);
  std::vector<float> probabilities;
  for (const double value : map) probabilities.push_back(static_cast<float>(value / sum));
  return probabilities;
}

// ---- tests

TEST(Classifier, AgreesWithAPlainReferenceNetwork) {
  const ModelFolder model = SmallModel();
  const auto classifier = Open(model);
  for (const GlyphImage& glyph : RandomGlyphs(20)) {
    EXPECT_LT(
        LargestDifference(Classify(*classifier, {&glyph, 1}), ReferenceProbabilities(model, glyph)),
        1e-5);
  }
}

TEST(Classifier, AgreesWithTheReferenceOnANetworkWithoutConvolutions) {
  const ModelFolder model =
      RandomModel({{LayerKind::kDense, "only", kLabels, 0, 1, 0, Activation::kNone}}, 2);
  const GlyphImage glyph = RandomGlyphs(1)[0];
  EXPECT_LT(
      LargestDifference(Classify(*Open(model), {&glyph, 1}), ReferenceProbabilities(model, glyph)),
      1e-5);
}

TEST(Classifier, GivesProbabilitiesThatSumToOneForAnyInput) {
  const auto classifier = Open(SmallModel());
  std::vector<GlyphImage> glyphs = RandomGlyphs(5);
  glyphs.emplace_back().fill(0);
  glyphs.emplace_back().fill(255);
  const std::vector<float> probabilities = Classify(*classifier, glyphs);
  for (std::size_t i = 0; i < glyphs.size(); ++i) {
    const auto row = std::span(probabilities).subspan(i * kLabels, kLabels);
    EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1.0, 1e-5);
    EXPECT_GE(*std::ranges::min_element(row), 0.0F);
  }
}

TEST(Classifier, ReadsAGroupOfAnySizeAsItReadsEachAlone) {
  const auto classifier = Open(SmallModel());
  const std::vector<GlyphImage> glyphs = RandomGlyphs(37);
  std::vector<float> singles;
  for (const GlyphImage& glyph : glyphs) {
    const std::vector<float> row = Classify(*classifier, {&glyph, 1});
    singles.insert(singles.end(), row.begin(), row.end());
  }
  for (std::size_t size = 1; size <= glyphs.size(); ++size) {
    const auto group = Classify(*classifier, std::span(glyphs).first(size));
    EXPECT_LT(LargestDifference(group, std::span(singles).first(size * kLabels)), 1e-5) << size;
  }
}

TEST(Classifier, AnswersNoGlyphsWithNothing) {
  EXPECT_TRUE(Open(SmallModel())->Classify({}, {}).ok());
}

TEST(Classifier, KnowsItsModel) {
  const auto classifier = Open(SmallModel());
  EXPECT_EQ(classifier->name(), "random");
  EXPECT_EQ(classifier->version(), "0123456789ab");
  EXPECT_EQ(classifier->labels().size(), kLabels);
}

TEST(Classifier, GivesTheSameAnswersToManyThreadsAtOnce) {
  const auto classifier = Open(SmallModel(), 3);
  const std::vector<GlyphImage> glyphs = RandomGlyphs(5);
  const std::vector<float> expected = Classify(*classifier, glyphs);
  std::vector<int> wrong(8);
  std::vector<std::thread> threads;
  for (int& mistakes : wrong) {
    threads.emplace_back([&] {
      for (int call = 0; call < 2000; ++call) {
        if (Classify(*classifier, glyphs) != expected) ++mistakes;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ::testing::Each(0));
}

TEST(Classifier, KeepsNothingOfACall) {
  const auto classifier = Open(SmallModel());
  const std::vector<GlyphImage> glyphs = RandomGlyphs(21);
  Classify(*classifier, glyphs);
  const std::size_t before = mallinfo2().uordblks;
  for (int call = 0; call < 500; ++call) Classify(*classifier, glyphs);
  EXPECT_LT(mallinfo2().uordblks, before + 16'384);
}

TEST(Classifier, OutlivesTheModelFolderItCameFrom) {
  const GlyphImage glyph = RandomGlyphs(1)[0];
  const ModelFolder model = SmallModel();
  auto copy = std::make_unique<ModelFolder>(model);
  const auto classifier = Open(*copy);
  copy.reset();
  EXPECT_LT(
      LargestDifference(Classify(*classifier, {&glyph, 1}), ReferenceProbabilities(model, glyph)),
      1e-5);
}

TEST(Classifier, RefusesTensorsThatDoNotFitTheLayers) {
  ModelFolder model = SmallModel();
  model.tensors["d2.bias"].values.pop_back();
  const auto opened = OpenClassifier(model);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("d2.bias"));
}

TEST(Classifier, SaysSoWhenTheWeightsOverflow) {
  ModelFolder model =
      RandomModel({{LayerKind::kDense, "only", kLabels, 0, 1, 0, Activation::kNone}}, 2);
  std::ranges::fill(model.tensors["only.weight"].values, 3e38F);
  std::vector<float> probabilities(kLabels);
  const Status status = Open(model)->Classify(RandomGlyphs(1), probabilities);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace glyphd
