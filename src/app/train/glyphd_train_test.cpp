// The real program as a child process, on a small data set of its own.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/model_folder.h"
#include "training/random.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void PutBigEndian(std::ostream& out, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0}) out.put(static_cast<char>(number >> shift & 0xFFU));
}

struct Finished {
  int status = -1;  // as a shell shows it
  std::string out;
  std::string err;
};

class GlyphdTrain : public testing::Test {
 protected:
  GlyphdTrain() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    WriteIdx(120);
  }
  ~GlyphdTrain() override { fs::remove_all(folder_); }

  // Ten classes, each a bright column of its own: learnt at once.
  void WriteIdx(std::uint32_t examples) const {
    std::ofstream images(folder_ / "train-images-idx3-ubyte", std::ios::binary);
    std::ofstream labels(folder_ / "train-labels-idx1-ubyte", std::ios::binary);
    for (const std::uint32_t number : {0x803U, examples, 28U, 28U}) PutBigEndian(images, number);
    for (const std::uint32_t number : {0x801U, examples}) PutBigEndian(labels, number);
    for (std::uint32_t i = 0; i < examples; ++i) {
      labels.put(static_cast<char>(i % 10));
      for (std::uint32_t pixel = 0; pixel < 784; ++pixel) {
        const bool ink = pixel % 28 / 2 == 2 + i % 10 && pixel / 28 > 4 && pixel / 28 < 23;
        images.put(ink ? '\xFF' : '\0');
      }
    }
  }

  // Small batches: an epoch of this little data is over in a tenth of a second.
  pid_t Start(std::vector<std::string> arguments) const {
    const char* build = std::getenv("GLYPHD_BUILD_DIR");
    const std::string program = std::string(build == nullptr ? "." : build) + "/glyphd-train";
    arguments.insert(arguments.begin(), program);
    if (std::find(arguments.begin(), arguments.end(), "--batch") == arguments.end()) {
      arguments.insert(arguments.end(), {"--batch", "8"});
    }
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    const std::string out = (folder_ / "out.txt").string(), err = (folder_ / "err.txt").string();
    const pid_t child = ::fork();
    if (child != 0) return child;
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
    ::dup2(::open(out.c_str(), kFlags, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), kFlags, 0600), STDERR_FILENO);
    ::execv(program.c_str(), words.data());
    ::_exit(127);
  }

  Finished Wait(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    const int shown = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {shown, ReadText(folder_ / "out.txt"), ReadText(folder_ / "err.txt")};
  }

  Finished Run(const std::vector<std::string>& arguments) const { return Wait(Start(arguments)); }

  std::string Data() const { return (folder_ / "train-images-idx3-ubyte").string(); }
  std::string Out(const std::string& name = "model") const { return (folder_ / name).string(); }
  fs::path Checkpoint(const std::string& name = "model") const {
    return folder_ / (name + ".checkpoint");
  }

  // Waits for the first epochs of a child that would train for long.
  bool WaitForEpoch() const {
    for (int i = 0; i < 3000; ++i) {
      if (ReadText(folder_ / "err.txt").find("epoch 1/") != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("glyphd-train-test-" + std::to_string(::getpid()));
};

TEST_F(GlyphdTrain, MakesAModelAReportAndNoLeftovers) {
  const Finished run =
      Run({"--data", Data(), "--out", Out(), "--recipe", "quick", "--epochs", "3", "--seed", "5"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("epoch 3/3  loss "));
  const Result<ModelFolder> model = ReadModelFolder(Out());
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->name, "model");
  EXPECT_EQ(model->labels.size(), 10U);
  EXPECT_EQ(model->card.at("seed"), "5");
  EXPECT_THAT(model->card.at("command"),
              AllOf(StartsWith("glyphd-train --data "), HasSubstr("--seed 5")));
  EXPECT_TRUE(model->test_readings.empty());
  EXPECT_GT(model->figures.at("validation_accuracy"), 0.8);
  EXPECT_THAT(ReadText(fs::path(Out()) / "report.html"), HasSubstr("<svg"));
  EXPECT_FALSE(fs::exists(Checkpoint()));
}

TEST_F(GlyphdTrain, PrintsOneJsonObjectALineWhenAsked) {
  const Finished run =
      Run({"--data", Data(), "--out", Out(), "--recipe", "quick", "--epochs", "2", "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 3);
  EXPECT_THAT(run.out, StartsWith("{\"epoch\":1,\"train_loss\":"));
  EXPECT_THAT(run.out, HasSubstr("\"validation\":{"));
  EXPECT_EQ(run.err, "");
}

TEST_F(GlyphdTrain, StopsOnCtrlCAndContinuesToTheSameModel) {
  const std::vector<std::string> common = {"--data",   Data(), "--recipe",  "quick",
                                           "--epochs", "12",   "--threads", "1"};
  const auto with = [&common](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return more;
  };
  const pid_t child = Start(with({"--out", Out("stopped")}));
  ASSERT_TRUE(WaitForEpoch());
  ::kill(child, SIGINT);
  const Finished stopped = Wait(child);
  EXPECT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("add --resume to the same command"));
  EXPECT_TRUE(fs::exists(Checkpoint("stopped")));
  EXPECT_FALSE(fs::exists(Out("stopped")));

  const Finished refused = Run(with({"--out", Out("stopped")}));
  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, HasSubstr("continue it with --resume"));

  const Finished resumed = Run(with({"--out", Out("stopped"), "--resume"}));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_FALSE(fs::exists(Checkpoint("stopped")));
  ASSERT_EQ(Run(with({"--out", Out("whole")})).status, 0);
  const Result<ModelFolder> one = ReadModelFolder(Out("stopped"));
  const Result<ModelFolder> other = ReadModelFolder(Out("whole"));
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_EQ(one->version, other->version);  // the hash of the weights
}

TEST_F(GlyphdTrain, StopsOnSigtermWithItsOwnStatus) {
  const pid_t child = Start({"--data", Data(), "--out", Out(), "--epochs", "100000"});
  ASSERT_TRUE(WaitForEpoch());
  ::kill(child, SIGTERM);
  EXPECT_EQ(Wait(child).status, 143);
  EXPECT_TRUE(fs::exists(Checkpoint()));
}

TEST_F(GlyphdTrain, ReadsMnistsTestSetOnceAndKeepsTheListOfReadings) {
  fs::copy_file(folder_ / "train-images-idx3-ubyte", folder_ / "t10k-images-idx3-ubyte");
  fs::copy_file(folder_ / "train-labels-idx1-ubyte", folder_ / "t10k-labels-idx1-ubyte");
  const std::vector<std::string> command = {"--data",   folder_.string(), "--out",    Out(),
                                            "--recipe", "quick",          "--epochs", "2"};
  ASSERT_EQ(Run(command).status, 0);
  std::vector<std::string> again = command;
  again.insert(again.end(), {"--seed", "2", "--test-reason", "a second try"});
  ASSERT_EQ(Run(again).status, 0);
  std::vector<std::string> unread = command;
  unread.push_back("--no-test");
  ASSERT_EQ(Run(unread).status, 0);
  const Result<ModelFolder> model = ReadModelFolder(Out());
  ASSERT_TRUE(model.ok());
  ASSERT_EQ(model->test_readings.size(), 2U);
  EXPECT_EQ(model->test_readings[1].why, "a second try");
  EXPECT_FALSE(model->figures.contains("test_accuracy"));
}

TEST_F(GlyphdTrain, ContinuesOnlyWithTheSameData) {
  const std::vector<std::string> command = {"--data", Data(), "--out", Out(), "--epochs", "100000"};
  const pid_t child = Start(command);
  ASSERT_TRUE(WaitForEpoch());
  ::kill(child, SIGINT);
  ASSERT_EQ(Wait(child).status, 130);
  WriteIdx(130);
  std::vector<std::string> resume = command;
  resume.push_back("--resume");
  const Finished resumed = Run(resume);
  EXPECT_EQ(resumed.status, 7);
  EXPECT_THAT(resumed.err, HasSubstr("was made with another data"));

  std::ofstream(Checkpoint(), std::ios::app) << "x";
  const Finished damaged = Run(resume);
  EXPECT_EQ(damaged.status, 9);
  EXPECT_THAT(damaged.err, HasSubstr("is damaged"));
}

TEST_F(GlyphdTrain, SaysInOneLineWhatIsWrongWithItsArguments) {
  const auto wrong = [this](const std::vector<std::string>& arguments, int status,
                            const std::string& part) {
    const Finished run = Run(arguments);
    EXPECT_EQ(run.status, status) << part;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_THAT(run.err, AllOf(StartsWith("glyphd-train: "), HasSubstr(part)));
  };
  wrong({}, 2, "--data is required");
  wrong({"--data", Data()}, 2, "--out is required");
  wrong({"--data", Data(), "--out", Out(), "--epochs", "0"}, 2, "--epochs");
  wrong({"--data", Data(), "--out", Out(), "--batch", "many"}, 2, "--batch");
  wrong({"--data", Data(), "--out", Out(), "--colour"}, 2, "--colour");
  wrong({"--data", Data(), "--out", Out(), "--recipe", "fancy"}, 3, "no recipe 'fancy'");
  wrong({"--data", Out("nothing"), "--out", Out()}, 6, "nothing");
  wrong({"--data", Data(), "--out", Out(), "--resume"}, 6, "no checkpoint");
  wrong({"--data", Data(), "--out", folder_.string()}, 7, "is no model");
  wrong({"--data", Data(), "--out", Data() + "/inside"}, 8, "cannot make the folder");
}

TEST_F(GlyphdTrain, ShowsExamplesInItsHelp) {
  const Finished run = Run({"--help"});
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("glyphd-train --data mnist"), HasSubstr("Exit status")));
}

}  // namespace
}  // namespace glyphd
