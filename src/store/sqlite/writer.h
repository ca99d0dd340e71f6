// One thread that makes many callers' changes in one durable commit.
//
// Threads   Submit() from any thread; completions run on the writer's
// Errors    a change that fails takes no other with it: its batch is made again one by one
// Cost      a lone change costs one commit; while one is being synced, the others gather

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "store/sqlite/checkpointer.h"
#include "store/sqlite/write_session.h"

namespace glyphd {

class Writer {
 public:
  // May run twice, the second time after a rollback.
  using Change = std::function<Status(WriteSession&)>;
  using Done = std::function<void(Status)>;

  Writer(std::unique_ptr<WriteSession> session, Connection checkpoint_connection);
  ~Writer() { Finish(); }

  void Finish();  // makes what was submitted and ends the thread

  void Submit(Change change, Done done);
  Status SubmitAndWait(Change change);

  std::int64_t waiting() const { return waiting_; }
  const WriteSession& session() const { return *session_; }

 private:
  struct Job {
    Change change;
    Done done;
    Status outcome;
  };

  void Run();
  std::vector<Job> TakeWaiting();  // empty: stopped
  void Make(std::span<Job> batch);
  Status MakeTogether(std::span<Job> batch);
  Status Apply(std::span<Job> batch);
  Status SweepWhenDue();
  void TendLog();

  std::unique_ptr<WriteSession> session_;
  Checkpointer checkpointer_;
  std::chrono::steady_clock::time_point next_sweep_{};
  int pages_at_request_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;  // guarded by mutex_
  bool stopping_ = false;   // guarded by mutex_
  std::atomic<std::int64_t> waiting_ = 0;
  std::thread thread_;
};

}  // namespace glyphd
