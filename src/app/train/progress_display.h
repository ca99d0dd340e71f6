// Shows a training on a terminal: a bar with the time left, loss and accuracy; on anything else
// one plain line an epoch, so that a log stays readable.
//
// Threads   one thread calls
// Cost      redraws ten times a second at most

#pragma once

#include <chrono>
#include <functional>
#include <ostream>
#include <string>

#include "training/trainer.h"

namespace glyphd {

struct DisplayOptions {
  bool terminal = false;  // a bar that is redrawn in place
  bool colour = false;
};

// For standard error: what it is, and what NO_COLOR and TERM ask for.
DisplayOptions DisplayOptionsOfStandardError();

// "1 h 02 min", "3 min 07 s", "12 s".
std::string FormatDuration(double seconds);

class ProgressDisplay final : public TrainingWatcher {
 public:
  // `should_stop` is asked after each step.
  ProgressDisplay(std::ostream& out, const DisplayOptions& options,
                  std::function<bool()> should_stop);

  void OnStep(const TrainingProgress& progress) override;
  void OnEpoch(const EpochFigures& figures) override;
  bool ShouldStop() override { return should_stop_(); }

 private:
  using Clock = std::chrono::steady_clock;

  std::string SecondsLeft(const TrainingProgress& progress) const;

  std::ostream& out_;
  DisplayOptions options_;
  std::function<bool()> should_stop_;
  int epochs_ = 0;
  std::uint64_t steps_done_ = 0;  // by this process, for the time left
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_;
};

}  // namespace glyphd
