#include "serving/event_loop.h"

#include <algorithm>
#include <ctime>

#include <boost/asio/post.hpp>

#include "serving/connection.h"

namespace glyphd::serving {
namespace {

// So many events are handled before the pictures gathered so far are read, however busy the
// loop is.
constexpr int kEventsBeforeReading = 64;

// Deadlines are checked this often: fine enough for the shortest of them.
std::chrono::milliseconds TickFor(const ServerOptions& options) {
  const auto shortest = std::min(
      {options.header_timeout, options.body_timeout, options.idle_timeout, options.queue_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

}  // namespace

EventLoop::EventLoop(std::shared_ptr<Service> service)
    : service_(std::move(service)),
      work_(boost::asio::make_work_guard(io_)),
      tick_(io_),
      tick_interval_(TickFor(service_->context().options)),
      batch_(service_->context().recognizer,
             static_cast<std::size_t>(service_->context().options.batch_limit),
             service_->context().metrics) {}

void EventLoop::Start() {
  WaitForTick();
  thread_ = std::thread([this] { Run(); });
}

void EventLoop::Run() {
  thread_id_ = std::this_thread::get_id();
  while (!io_.stopped()) {
    int handled = 0;
    while (handled < kEventsBeforeReading && io_.poll_one() > 0) ++handled;
    batch_.Flush();
    if (handled < kEventsBeforeReading) io_.run_one();
  }
}

void EventLoop::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  io_.stop();
  if (thread_.joinable()) thread_.join();
  posted_.clear();
  for (const auto& connection : Connections()) connection->Close();
  tick_.cancel();
  // What is pending holds connections, which hold this loop: it has to end by being run.
  io_.restart();
  io_.poll();
}

void EventLoop::Post(std::function<void()> task) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  // One wake-up for all that is posted until the loop comes to it.
  if (first) boost::asio::post(io_, [this] { RunPosted(); });
}

void EventLoop::RunPosted() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (const auto& task : tasks) task();
}

void EventLoop::WaitForTick() {
  tick_.expires_after(tick_interval_);
  tick_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    CheckDeadlines();
    WaitForTick();
  });
}

std::vector<std::shared_ptr<Connection>> EventLoop::Connections() {
  std::vector<std::shared_ptr<Connection>> alive;
  alive.reserve(connections_.size());
  for (Connection* connection : connections_) {
    if (auto one = connection->weak_from_this().lock()) alive.push_back(std::move(one));
  }
  return alive;
}

void EventLoop::CheckDeadlines() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& connection : Connections()) connection->CheckDeadline(now);
}

void EventLoop::Drain() {
  draining_ = true;
  for (const auto& connection : Connections()) connection->Drain();
}

std::string_view EventLoop::Date() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= date_until_) {
    const std::time_t time = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&time, &utc);
    char text[32];
    date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    date_until_ = now + std::chrono::seconds(1);
  }
  return date_;
}

}  // namespace glyphd::serving
