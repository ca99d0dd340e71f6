#include "app/progress_bar.h"

#include <cmath>
#include <iostream>

#include <unistd.h>

#include "app/terminal.h"

namespace glyphd {
namespace {

constexpr std::chrono::seconds kQuietTime{2};
constexpr std::chrono::milliseconds kRedrawTime{100};
constexpr std::size_t kBarWidth = 30;

}  // namespace

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), wanted_(IsTerminal(STDERR_FILENO)) {}

void ProgressBar::Show(std::size_t done, std::size_t total) {
  const auto now = Clock::now();
  if (!wanted_ || now - started_ < kQuietTime || now - drawn_ < kRedrawTime) return;
  std::cerr << "\r" << ProgressLine(what_, done, total, now - started_) << "\033[K" << std::flush;
  drawn_ = now;
  visible_ = true;
}

void ProgressBar::Hide() {
  if (visible_) std::cerr << "\r\033[K" << std::flush;
  visible_ = false;
}

std::string ProgressLine(const std::string& what, std::size_t done, std::size_t total,
                         std::chrono::duration<double> elapsed) {
  const std::size_t filled = total == 0 ? 0 : kBarWidth * done / total;
  std::string line = what + " [" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') +
                     "] " + std::to_string(done) + "/" + std::to_string(total);
  if (done == 0) return line;
  const double left =
      elapsed.count() * static_cast<double>(total - done) / static_cast<double>(done);
  return line + ", " + std::to_string(std::lround(std::ceil(left))) + " s left";
}

}  // namespace glyphd
