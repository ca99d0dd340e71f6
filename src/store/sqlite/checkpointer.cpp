#include "store/sqlite/checkpointer.h"

#include <utility>

#include "base/log.h"

namespace glyphd {
namespace {

// About 16 MiB.
constexpr int kLongLogPages = 4000;

}  // namespace

Checkpointer::Checkpointer(Connection connection)
    : connection_(std::move(connection)), thread_([this] { Run(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Checkpointer::Request() {
  {
    const std::lock_guard lock(mutex_);
    requested_ = true;
  }
  wake_.notify_one();
}

void Checkpointer::Run() {
  while (WaitForRequest()) {
    const Result<int> pages = connection_.Checkpoint();
    if (!pages) {
      // Nothing is lost: the log keeps what the file has not got yet.
      LogWarning("checkpoint failed", {{"error", pages.error().message}});
    } else if (*pages >= kLongLogPages) {
      finish_wanted_ = true;
    }
  }
}

bool Checkpointer::WaitForRequest() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || requested_; });
  requested_ = false;
  return !stopping_;
}

}  // namespace glyphd
