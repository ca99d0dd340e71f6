// What `glyphd-train` does once its arguments are known: read, train, measure, write.
//
// Threads   one thread calls; stop_signal may be set from a signal handler
// Errors    those of dataset/, training/ and model/, each naming the file it is about

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace glyphd {

struct TrainArguments {
  std::filesystem::path data;
  std::filesystem::path out;
  std::string name;  // empty: the last part of `out`
  std::string recipe = "default";
  std::uint64_t seed = 1;
  std::optional<int> epochs;  // none: the recipe's, like the next two
  std::optional<int> batch;
  std::optional<float> learning_rate;
  int threads = 0;  // 0: all cores
  bool augment = true;
  bool resume = false;
  bool read_test = true;
  std::string test_reason = "measured once at the end of this training";
  std::optional<std::filesystem::path> report;  // none: report.html in `out`
  bool json = false;
  std::string command;  // as it was typed, for the card
};

// 0 while nobody wants a stop.
extern std::atomic<int> stop_signal;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler sets it");

struct TrainOutcome {
  int stopped_by_signal = 0;  // 0: finished
};

Result<TrainOutcome> RunTrainCommand(const TrainArguments& arguments);

}  // namespace glyphd
