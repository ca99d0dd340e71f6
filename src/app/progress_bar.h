// A bar on standard error for work that takes a while: shown on a terminal only, and only
// after two seconds.
//
// Threads   one

#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace glyphd {

class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar() { Hide(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(std::size_t done, std::size_t total);
  void Hide();  // before a line of output is written to the same terminal

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  bool wanted_;
  bool visible_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_{};
};

// "reading [######----------] 3/8, 4 s left"
std::string ProgressLine(const std::string& what, std::size_t done, std::size_t total,
                         std::chrono::duration<double> elapsed);

}  // namespace glyphd
