// A few threads for what would hold up an event loop: large pictures, and reads of the store.
//
// Threads   Post() from any thread; jobs run in the order they came, several at a time
// Lifetime  Stop() and the destructor finish what runs; what is queued or comes later is dropped

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace glyphd::serving {

class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  ~WorkerPool() { Stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void Post(std::function<void()> job);
  void Stop();  // again: nothing happens
  std::size_t queued() const;

 private:
  void Run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace glyphd::serving
