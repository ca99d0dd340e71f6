#include "app/train/progress_display.h"

#include <cstdio>
#include <string_view>

#include <unistd.h>

#include "app/terminal.h"

namespace glyphd {
namespace {

constexpr auto kRedrawAfter = std::chrono::milliseconds(100);
constexpr std::size_t kBarWidth = 24;
constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr std::string_view kBarColour = "\x1b[36m";
constexpr std::string_view kPlain = "\x1b[0m";

template <typename... Values>
std::string Format(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string Bar(double share, bool colour) {
  const auto filled = static_cast<std::size_t>(share * kBarWidth);
  std::string bar = std::string(filled, '=') + std::string(kBarWidth - filled, ' ');
  if (filled < kBarWidth) bar[filled] = '>';
  if (!colour) return "[" + bar + "]";
  return "[" + std::string(kBarColour) + bar + std::string(kPlain) + "]";
}

double Share(std::uint64_t done, std::uint64_t total) {
  return static_cast<double>(done) / static_cast<double>(total);
}

}  // namespace

DisplayOptions DisplayOptionsOfStandardError() {
  return {IsTerminal(STDERR_FILENO), WantsColour(STDERR_FILENO)};
}

std::string FormatDuration(double seconds) {
  const long whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return Format("%ld h %02ld min", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return Format("%ld min %02ld s", whole / 60, whole % 60);
  return Format("%ld s", whole);
}

ProgressDisplay::ProgressDisplay(std::ostream& out, const DisplayOptions& options,
                                 std::function<bool()> should_stop)
    : out_(out), options_(options), should_stop_(std::move(should_stop)) {}

std::string ProgressDisplay::SecondsLeft(const TrainingProgress& progress) const {
  const double spent = std::chrono::duration<double>(Clock::now() - started_).count();
  const auto epochs_left = static_cast<std::uint64_t>(progress.epochs - progress.epoch);
  const std::uint64_t left = epochs_left * progress.steps + progress.steps - progress.step;
  return FormatDuration(spent * Share(left, steps_done_));
}

void ProgressDisplay::OnStep(const TrainingProgress& progress) {
  ++steps_done_;
  epochs_ = progress.epochs;
  if (!options_.terminal || Clock::now() - drawn_ < kRedrawAfter) return;
  drawn_ = Clock::now();
  const double share = Share(progress.step, progress.steps);
  out_ << kClearLine << Format("epoch %d/%d ", progress.epoch, progress.epochs)
       << Bar(share, options_.colour)
       << Format(" %3.0f %%  loss %.3f  accuracy %.2f %%  ", 100 * share, progress.loss,
                 100 * progress.accuracy)
       << SecondsLeft(progress) << " left" << std::flush;
}

void ProgressDisplay::OnEpoch(const EpochFigures& figures) {
  if (options_.terminal) out_ << kClearLine;
  out_ << Format(
              "epoch %d/%d  loss %.4f  accuracy %.2f %%  validation loss %.4f  "
              "validation accuracy %.2f %%  %.1f s\n",
              figures.epoch, epochs_, figures.train_loss, 100 * figures.train_accuracy,
              figures.validation_loss, 100 * figures.validation_accuracy, figures.seconds)
       << std::flush;
}

}  // namespace glyphd
