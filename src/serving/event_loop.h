// One thread that carries many connections: it waits for what is ready, handles all of it,
// then reads the pictures that came together in one inference call.
//
// Threads   Post() from any thread; everything else on the loop's own
// Lifetime  connections hold their loop; after Close() posted tasks are dropped

#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "serving/exchange.h"
#include "serving/reading_batch.h"
#include "serving/service.h"

namespace glyphd::serving {

class Connection;

class EventLoop : public Loop, public std::enable_shared_from_this<EventLoop> {
 public:
  explicit EventLoop(std::shared_ptr<Service> service);

  void Start();
  void Close();  // from outside: stops and joins, drops all connections

  boost::asio::io_context& io() { return io_; }
  Service& service() { return *service_; }
  void Post(std::function<void()> task) override;
  ReadingBatch& batch() override { return batch_; }
  bool IsCurrent() const { return std::this_thread::get_id() == thread_id_.load(); }

  void Add(Connection* connection) { connections_.insert(connection); }
  void Remove(Connection* connection) { connections_.erase(connection); }
  // Closes idle connections; the others close after their answer.
  void Drain();
  bool draining() const { return draining_; }
  std::string_view Date();  // for the Date field, made once a second

 private:
  void Run();
  void RunPosted();
  void WaitForTick();
  void CheckDeadlines();
  std::vector<std::shared_ptr<Connection>> Connections();

  const std::shared_ptr<Service> service_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer tick_;
  std::chrono::milliseconds tick_interval_;
  ReadingBatch batch_;
  std::unordered_set<Connection*> connections_;
  bool draining_ = false;
  std::string date_;
  std::chrono::steady_clock::time_point date_until_;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool closed_ = false;

  std::thread thread_;
  std::atomic<std::thread::id> thread_id_;
};

}  // namespace glyphd::serving
