#include "training/trainer.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "training/tiny_data.h"

namespace glyphd {
namespace {

using testing::HasSubstr;

struct Watcher final : TrainingWatcher {
  void OnStep(const TrainingProgress& progress) override {
    ++steps;
    last = progress;
  }
  void OnEpoch(const EpochFigures& figures) override { epochs.push_back(figures); }
  bool ShouldStop() override { return stop_after != 0 && steps == stop_after; }

  int steps = 0;
  int stop_after = 0;  // 0: never
  TrainingProgress last;
  std::vector<EpochFigures> epochs;
};

Status KeepNothing(const TrainingState&) { return {}; }

TrainingOptions TinyOptions(std::uint64_t seed = 1) { return {TinyRecipe(), seed, 2}; }

std::unique_ptr<Trainer> MakeTrainer(const LabelledGlyphs& data, const TrainingOptions& options) {
  Result<std::unique_ptr<Trainer>> trainer = Trainer::Create(data, options);
  if (!trainer) ADD_FAILURE() << trainer.error().message;
  return *std::move(trainer);
}

TrainingState Trained(const LabelledGlyphs& data, const TrainingOptions& options) {
  const std::unique_ptr<Trainer> trainer = MakeTrainer(data, options);
  Watcher watcher;
  const Result<TrainingEnd> end = trainer->Run(watcher, KeepNothing);
  EXPECT_TRUE(end.ok() && *end == TrainingEnd::kFinished);
  return trainer->state();
}

void ExpectSame(const TrainingState& a, const TrainingState& b) {
  EXPECT_EQ(a.weights, b.weights);
  EXPECT_EQ(a.velocity, b.velocity);
  EXPECT_EQ(a.average.weights, b.average.weights);
  EXPECT_EQ(a.average.statistics, b.average.statistics);
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    EXPECT_EQ(a.history[i].train_loss, b.history[i].train_loss);
    EXPECT_EQ(a.history[i].validation_loss, b.history[i].validation_loss);
    EXPECT_EQ(a.history[i].learning_rate, b.history[i].learning_rate);
  }
}

TEST(Trainer, LearnsATinySetWholly) {
  const LabelledGlyphs data = TinyData(90);
  const std::unique_ptr<Trainer> trainer = MakeTrainer(data, TinyOptions());
  Watcher watcher;
  ASSERT_TRUE(trainer->Run(watcher, KeepNothing).ok());
  const Result<std::vector<float>> logits = trainer->Logits(data.images);
  ASSERT_TRUE(logits.ok());
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto row = logits->begin() + static_cast<std::ptrdiff_t>(3 * i);
    EXPECT_EQ(std::max_element(row, row + 3) - row, data.labels[i]) << i;
  }
  EXPECT_EQ(watcher.epochs.back().validation_accuracy, 1.0);
  EXPECT_LT(watcher.epochs.back().train_loss, watcher.epochs.front().train_loss);
}

TEST(Trainer, GivesTheSameResultForTheSameSeedAndAnotherForAnother) {
  const LabelledGlyphs data = TinyData(60);
  const TrainingState first = Trained(data, TinyOptions(7));
  ExpectSame(first, Trained(data, TinyOptions(7)));
  EXPECT_NE(first.weights, Trained(data, TinyOptions(8)).weights);
}

TEST(Trainer, StoppedAnywhereAndContinuedGivesTheResultOfAnUninterruptedRun) {
  const LabelledGlyphs data = TinyData(60);
  const TrainingState whole = Trained(data, TinyOptions());
  // In the first epoch, on an epoch's last step, and in a later one (12 steps an epoch).
  for (const int stop_after : {1, 12, 29}) {
    TrainingState kept;
    Watcher stopping;
    stopping.stop_after = stop_after;
    const std::unique_ptr<Trainer> first = MakeTrainer(data, TinyOptions());
    const auto keep = [&kept](const TrainingState& state) {
      kept = state;
      return Status{};
    };
    const Result<TrainingEnd> end = first->Run(stopping, keep);
    ASSERT_TRUE(end.ok());
    if (stop_after % 12 != 0) {
      EXPECT_EQ(*end, TrainingEnd::kStopped);
      EXPECT_EQ(kept.step, static_cast<std::uint64_t>(stop_after % 12));
    }

    const std::unique_ptr<Trainer> second = MakeTrainer(data, TinyOptions());
    ASSERT_TRUE(second->Restore(kept).ok());
    Watcher watcher;
    const Result<TrainingEnd> finished = second->Run(watcher, KeepNothing);
    ASSERT_TRUE(finished.ok());
    EXPECT_EQ(*finished, TrainingEnd::kFinished);
    ExpectSame(second->state(), whole);
  }
}

TEST(Trainer, RefusesAStateOfAnotherNetwork) {
  const LabelledGlyphs data = TinyData(60);
  const std::unique_ptr<Trainer> trainer = MakeTrainer(data, TinyOptions());
  TrainingState other = trainer->state();
  other.weights.pop_back();
  EXPECT_EQ(trainer->Restore(other).error().code, ErrorCode::kInvalidInput);
}

TEST(Trainer, EndsWithWhatSavingSaidWhenTheDiskIsFull) {
  const LabelledGlyphs data = TinyData(60);
  const std::unique_ptr<Trainer> trainer = MakeTrainer(data, TinyOptions());
  Watcher watcher;
  const Result<TrainingEnd> end =
      trainer->Run(watcher, [](const TrainingState&) { return Status(Unavailable("disk full")); });
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().message, "disk full");
  EXPECT_EQ(watcher.epochs.size(), 1U);
}

TEST(Trainer, ShowsEveryStepAndEveryEpoch) {
  const LabelledGlyphs data = TinyData(60);
  Watcher watcher;
  ASSERT_TRUE(MakeTrainer(data, TinyOptions())->Run(watcher, KeepNothing).ok());
  EXPECT_EQ(watcher.steps, 4 * 12);
  EXPECT_EQ(watcher.last.epoch, 4);
  EXPECT_EQ(watcher.last.step, 12U);
  ASSERT_EQ(watcher.epochs.size(), 4U);
  EXPECT_EQ(watcher.epochs[3].epoch, 4);
  EXPECT_GT(watcher.epochs[0].seconds, 0);
}

TEST(Trainer, WorksWithAHandfulOfExamples) {
  for (const std::size_t examples : {3U, 4U, 13U}) {
    const LabelledGlyphs data = TinyData(examples);
    const TrainingState state = Trained(data, TinyOptions());
    EXPECT_EQ(state.history.size(), 4U) << examples;
  }
  EXPECT_THAT(Trainer::Create(TinyData(2), TinyOptions()).error().message,
              HasSubstr("at least three"));
}

TEST(Split, SetsATwelfthAsideAndUsesEveryExampleOnce) {
  const DataSplit split = SplitData(60000, 1);
  EXPECT_EQ(split.validation.size(), 5000U);
  std::set<std::size_t> all(split.train.begin(), split.train.end());
  all.insert(split.validation.begin(), split.validation.end());
  EXPECT_EQ(all.size(), 60000U);
  EXPECT_EQ(SplitData(60000, 1).validation, split.validation);
  EXPECT_NE(SplitData(60000, 2).validation, split.validation);
}

}  // namespace
}  // namespace glyphd
