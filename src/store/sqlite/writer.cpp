#include "store/sqlite/writer.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "base/log.h"

namespace glyphd {
namespace {

// Bounds how long the first of a batch waits for the last.
constexpr std::size_t kMaxBatch = 1024;

// About 4 MiB: below it, moving pages into the file is not worth a sync of the file.
constexpr int kCheckpointPages = 1000;

constexpr std::chrono::seconds kSweepInterval{1};

// See WriteSession: these leave the transaction as it was.
bool WasRefused(const Status& status) {
  if (status.ok()) return false;
  const ErrorCode code = status.error().code;
  return code == ErrorCode::kConflict || code == ErrorCode::kNotFound ||
         code == ErrorCode::kInvalidInput;
}

}  // namespace

Writer::Writer(std::unique_ptr<WriteSession> session, Connection checkpoint_connection)
    : session_(std::move(session)),
      checkpointer_(std::move(checkpoint_connection)),
      thread_([this] { Run(); }) {}

void Writer::Finish() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Writer::Submit(Change change, Done done) {
  ++waiting_;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(change), std::move(done), Status()});
  }
  wake_.notify_one();
}

Status Writer::SubmitAndWait(Change change) {
  auto outcome = std::make_shared<std::promise<Status>>();
  std::future<Status> waiting = outcome->get_future();
  Submit(std::move(change), [outcome](Status status) { outcome->set_value(std::move(status)); });
  return waiting.get();
}

void Writer::Run() {
  while (true) {
    std::vector<Job> batch = TakeWaiting();
    if (batch.empty()) return;
    Make(batch);
    // Before the completions: who was answered must not find itself still waiting.
    waiting_ -= static_cast<std::int64_t>(batch.size());
    for (Job& job : batch) job.done(std::move(job.outcome));
    // After the answers, so that nobody waits for it but who comes next.
    TendLog();
  }
}

std::vector<Writer::Job> Writer::TakeWaiting() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (queue_.size() <= kMaxBatch) return std::exchange(queue_, {});
  const auto end = queue_.begin() + kMaxBatch;
  std::vector<Job> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void Writer::Make(std::span<Job> batch) {
  Status together = MakeTogether(batch);
  if (together.ok()) return;
  if (batch.size() == 1) {
    batch.front().outcome = std::move(together);
    return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) Make(batch.subspan(i, 1));
}

Status Writer::MakeTogether(std::span<Job> batch) {
  Status made = session_->Begin();
  if (made.ok()) made = Apply(batch);
  if (made.ok()) made = session_->Commit();
  if (!made.ok()) session_->Rollback();
  return made;
}

Status Writer::Apply(std::span<Job> batch) {
  for (Job& job : batch) {
    job.outcome = job.change(*session_);
    if (!job.outcome.ok() && !WasRefused(job.outcome)) return job.outcome;
  }
  return SweepWhenDue();
}

Status Writer::SweepWhenDue() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_sweep_) return {};
  const Result<bool> more = session_->SweepAnswers();
  if (!more) return more.error();
  if (!*more) next_sweep_ = now + kSweepInterval;
  return {};
}

void Writer::TendLog() {
  const int pages = session_->log_pages();
  if (pages < pages_at_request_) pages_at_request_ = 0;  // the log started over
  if (pages >= pages_at_request_ + kCheckpointPages) {
    pages_at_request_ = pages;
    checkpointer_.Request();
  }
  if (!checkpointer_.TakeFinishWanted()) return;
  const Result<int> finished = session_->Checkpoint();
  if (!finished) LogWarning("checkpoint failed", {{"error", finished.error().message}});
}

}  // namespace glyphd
