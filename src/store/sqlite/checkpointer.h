// Moves pages from the write-ahead log into the database file, off the commit path.
//
// A pass on this thread never blocks a commit, but under steady writing it also never reaches
// the end of the log, and only then can the log start over. So when the log is long after a
// pass, the writer is asked to finish the small rest between two commits.
//
// Threads   Request() and TakeFinishWanted() from the writer's thread

#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/sqlite/database.h"

namespace glyphd {

class Checkpointer {
 public:
  explicit Checkpointer(Connection connection);
  ~Checkpointer();

  void Request();  // returns at once
  bool TakeFinishWanted() { return finish_wanted_.exchange(false); }

 private:
  void Run();
  bool WaitForRequest();  // false: stopped

  Connection connection_;
  std::atomic<bool> finish_wanted_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool requested_ = false;  // guarded by mutex_
  bool stopping_ = false;   // guarded by mutex_
  std::thread thread_;
};

}  // namespace glyphd
