// One TCP connection: reads requests, gives them to the service, writes the answers.
//
// Phases    idle → head → (memory) → body → handling → writing → idle, or lingering → closed
// Threads   its loop's own; Respond() from any
// Lifetime  held by its pending operations and by whoever is to respond
// Limits    header_timeout, body_timeout and idle_timeout of ServerOptions; a body must also
//           bring kLeastProgress bytes in each body_timeout

#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "serving/event_loop.h"
#include "serving/exchange.h"
#include "serving/request_parser.h"

namespace glyphd::serving {

class Connection : public Exchange, public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using TimePoint = std::chrono::steady_clock::time_point;

  Connection(std::shared_ptr<EventLoop> loop, Socket socket,
             std::shared_ptr<std::atomic<int>> open_connections);
  ~Connection() override;

  void Start();
  void StartRefused();  // too many connections: 503, then closed
  void CheckDeadline(TimePoint now);
  void Drain();
  void Close();

  Request& request() override { return request_; }
  Loop& loop() override { return *loop_; }
  void Respond(Response response) override;

 private:
  enum class Phase { kIdle, kHead, kMemory, kBody, kHandling, kWriting, kLingering, kClosed };

  void Enter(Phase phase, std::chrono::milliseconds limit);
  void Read();
  void OnRead(const boost::system::error_code& error, std::size_t size);
  void Parse();
  bool ParseOnce();  // false: more has to come first
  void MakeRoom();
  void OnHead();
  void RefuseAtHead(Response refusal);
  void ReserveBody(std::size_t body_bytes);
  void OnMemory(Reservation memory);
  void StartBody();
  void SendContinue();
  bool OutgrowsClaim() const;
  void Dispatch();
  void Fail(Problem problem);  // answers, then closes
  void Send(Response response);
  void ComposeOutput();
  void Write();
  void OnWritten(const boost::system::error_code& error, std::size_t size);
  void FinishRequest();
  void LogRequest() const;
  void EndCounting();
  void Linger();

  const ServerOptions& options() const { return loop_->service().context().options; }
  std::string_view Unparsed() const { return {buffer_.data() + begin_, end_ - begin_}; }

  const std::shared_ptr<EventLoop> loop_;
  Socket socket_;
  const std::shared_ptr<std::atomic<int>> open_connections_;
  std::string remote_;
  Phase phase_ = Phase::kClosed;
  TimePoint deadline_;
  bool reading_ = false;  // an operation on buffer_ is pending

  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Request request_;
  RequestParser parser_;

  bool counted_ = false;             // as a request in flight
  std::optional<Response> refusal_;  // decided by the head, sent after a small body
  std::size_t body_claim_ = 0;       // body bytes that the reservations cover
  std::vector<Reservation> memory_;
  MemoryPool::Ticket ticket_ = 0;
  std::size_t progress_ = 0;  // body bytes since the deadline was set
  TimePoint handling_since_;

  Response response_;
  std::string output_;  // the head, and the body when it is small
  std::array<std::string_view, 2> to_write_;
  TimePoint linger_until_;
};

}  // namespace glyphd::serving
