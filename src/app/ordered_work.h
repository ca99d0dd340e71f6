// Does many pieces of work on several threads and takes the results in order.
//
// Threads   `work` runs on the workers, `take` on the caller's thread, one at a time
// Memory    at most kAheadPerThread finished results wait for each thread
// Errors    none of its own; a Result type carries them

#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace glyphd {

template <typename Outcome>
class OrderedWork {
 public:
  static constexpr std::size_t kAheadPerThread = 8;

  template <typename Work, typename Take>
  static void Run(std::size_t count, std::size_t threads, const Work& work, const Take& take) {
    OrderedWork shared(count, threads * kAheadPerThread);
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < std::min(threads, count); ++i) {
      workers.emplace_back([&shared, &work] { shared.WorkThrough(work); });
    }
    for (std::size_t index = 0; index < count; ++index) take(index, shared.WaitFor(index));
    for (std::thread& worker : workers) worker.join();
  }

 private:
  OrderedWork(std::size_t count, std::size_t ahead) : count_(count), ahead_(ahead) {}

  template <typename Work>
  void WorkThrough(const Work& work) {
    for (std::size_t index = Next(); index < count_; index = Next()) {
      Outcome outcome = work(index);
      const std::lock_guard lock(mutex_);
      done_.emplace(index, std::move(outcome));
      changed_.notify_all();
    }
  }

  std::size_t Next() {
    std::unique_lock lock(mutex_);
    const std::size_t index = next_++;
    changed_.wait(lock, [&] { return index < taken_ + ahead_ || index >= count_; });
    return index;
  }

  Outcome WaitFor(std::size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_.count(index) != 0; });
    Outcome outcome = std::move(done_.extract(index).mapped());
    taken_ = index + 1;
    changed_.notify_all();
    return outcome;
  }

  const std::size_t count_;
  const std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Outcome> done_;  // guarded by mutex_, like the two below
  std::size_t next_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace glyphd
