#include "training/checkpoint.h"

#include <csignal>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/bytes.h"
#include "training/tiny_data.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~CheckpointTest() override { fs::remove_all(folder_); }

  std::string Content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Overwrite(const std::string& content) const {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ErrorCode CodeOfReading() const {
    const Result<TrainingState> state = ReadCheckpoint(path_, settings_);
    EXPECT_FALSE(state.ok());
    return state.ok() ? ErrorCode::kConflict : state.error().code;
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("glyphd-checkpoint-test-" + std::to_string(::getpid()));
  const fs::path path_ = folder_ / "model.checkpoint";
  const TrainingSettings settings_ = {{"data", "abc"}, {"seed", "1"}};
};

TrainingState SomeState() {
  TrainingState state;
  state.epoch = 3;
  state.step = 17;
  state.weights = {1.5F, -2, 3};
  state.velocity = {0.25F, 0, 1};
  state.average = {{4, 5, 6}, {7, 8}};
  state.loss_sum = 12.75;
  state.right = 99;
  state.seen = 128;
  state.seconds = 2.5;
  state.history = {{1, 0.5, 0.9, 0.4, 0.95, 0.1, 8}, {2, 0.25, 0.95, 0.2, 0.97, 0.05, 9}};
  return state;
}

TEST_F(CheckpointTest, GivesBackEverythingThatWasKept) {
  const TrainingState kept = SomeState();
  ASSERT_TRUE(WriteCheckpoint(path_, settings_, kept).ok());
  const Result<TrainingState> state = ReadCheckpoint(path_, settings_);
  ASSERT_TRUE(state.ok()) << state.error().message;
  EXPECT_EQ(state->epoch, kept.epoch);
  EXPECT_EQ(state->step, kept.step);
  EXPECT_EQ(state->weights, kept.weights);
  EXPECT_EQ(state->velocity, kept.velocity);
  EXPECT_EQ(state->average.weights, kept.average.weights);
  EXPECT_EQ(state->average.statistics, kept.average.statistics);
  EXPECT_EQ(state->loss_sum, kept.loss_sum);
  EXPECT_EQ(state->right, kept.right);
  EXPECT_EQ(state->seen, kept.seen);
  EXPECT_EQ(state->seconds, kept.seconds);
  ASSERT_EQ(state->history.size(), 2U);
  EXPECT_EQ(state->history[1].epoch, 2);
  EXPECT_EQ(state->history[1].validation_accuracy, 0.97);
}

TEST_F(CheckpointTest, SaysThatThereIsNone) {
  const Result<TrainingState> state = ReadCheckpoint(path_, settings_);
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(state.error().message, HasSubstr("--resume"));
}

TEST_F(CheckpointTest, NamesTheSettingThatDiffers) {
  ASSERT_TRUE(WriteCheckpoint(path_, settings_, SomeState()).ok());
  const Result<TrainingState> state = ReadCheckpoint(path_, {{"data", "other"}, {"seed", "1"}});
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().code, ErrorCode::kConflict);
  EXPECT_THAT(state.error().message, HasSubstr("another data (abc, not other)"));
}

TEST_F(CheckpointTest, IsCorruptWhereverItIsCut) {
  ASSERT_TRUE(WriteCheckpoint(path_, settings_, SomeState()).ok());
  const std::string whole = Content();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Overwrite(whole.substr(0, size));
    ASSERT_EQ(CodeOfReading(), ErrorCode::kCorrupt) << size;
  }
}

TEST_F(CheckpointTest, IsCorruptWhicheverByteIsChanged) {
  ASSERT_TRUE(WriteCheckpoint(path_, settings_, SomeState()).ok());
  const std::string whole = Content();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x80);
    Overwrite(changed);
    ASSERT_EQ(CodeOfReading(), ErrorCode::kCorrupt) << at;
  }
}

TEST_F(CheckpointTest, DoesNotAllocateWhatADamagedCountAsksFor) {
  ASSERT_TRUE(WriteCheckpoint(path_, settings_, SomeState()).ok());
  // A file whose hash is right but whose first count is absurd.
  std::string content = Content().substr(0, 8) + std::string(8, '\x7F');
  const Sha256Digest digest = Sha256(AsBytes(content));
  content += AsText(digest);
  Overwrite(content);
  EXPECT_EQ(CodeOfReading(), ErrorCode::kCorrupt);
}

TEST_F(CheckpointTest, KeepsTheOneBeforeWhenThereIsNoRoom) {
  ASSERT_TRUE(WriteCheckpoint(path_, settings_, SomeState()).ok());
  const std::string before = Content();
  // A limit on a file's size fails the write as a full disk does.
  struct sigaction ignore{}, restored{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &ignore, &restored);
  struct rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const struct rlimit small{64, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Status status = WriteCheckpoint(path_, settings_, SomeState());
  setrlimit(RLIMIT_FSIZE, &old);
  sigaction(SIGXFSZ, &restored, nullptr);

  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(status.error().message, HasSubstr(path_.string()));
  EXPECT_EQ(Content(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(CheckpointTest, SaysWhenTheFolderIsNotThere) {
  const Status status = WriteCheckpoint(folder_ / "missing" / "x", settings_, SomeState());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
}

TEST(TrainingSettingsTest, FollowTheDataTheSeedAndTheRecipe) {
  const TrainingOptions options{TinyRecipe(), 1, 2};
  const LabelledGlyphs data = TinyData(9);
  const TrainingSettings settings = SettingsOf(data, options);
  EXPECT_EQ(settings, SettingsOf(TinyData(9), options));

  LabelledGlyphs relabelled = data;
  relabelled.labels[0] = 2;
  EXPECT_NE(settings, SettingsOf(relabelled, options));
  LabelledGlyphs redrawn = data;
  redrawn.images[8][0] ^= 1;
  EXPECT_NE(settings, SettingsOf(redrawn, options));
  LabelledGlyphs renamed = data;
  renamed.label_names[1] = "mid";
  EXPECT_NE(settings, SettingsOf(renamed, options));
  EXPECT_NE(settings, SettingsOf(data, {TinyRecipe(), 2, 2}));
  TrainingOptions longer = options;
  longer.recipe.epochs += 1;
  EXPECT_NE(settings, SettingsOf(data, longer));
}

}  // namespace
}  // namespace glyphd
