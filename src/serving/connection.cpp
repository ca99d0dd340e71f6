#include "serving/connection.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "base/log.h"
#include "serving/router.h"

namespace glyphd::serving {
namespace {

using Clock = std::chrono::steady_clock;
using boost::system::error_code;

constexpr std::size_t kFirstBuffer = 8U << 10U;
constexpr std::size_t kLargestBuffer = 64U << 10U;
// An answer up to this size goes out in one piece with its head.
constexpr std::size_t kOnePiece = 16U << 10U;
// A refused request's body up to this size is read, so that the connection can go on.
constexpr std::size_t kBodyWorthReading = 64U << 10U;
// A chunked body claims this first, and the whole limit when it grows beyond.
constexpr std::size_t kFirstClaim = 256U << 10U;
constexpr std::size_t kLeastProgress = 16U << 10U;
constexpr std::chrono::milliseconds kLingerPause{5'000};  // without a byte
constexpr std::chrono::milliseconds kLingerTotal{30'000};
constexpr std::chrono::milliseconds kSlowRequest{1'000};

std::string RemoteOf(const Connection::Socket& socket) {
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return "unknown";
  return remote.address().to_string() + ":" + std::to_string(remote.port());
}

}  // namespace

Connection::Connection(std::shared_ptr<EventLoop> loop, Socket socket,
                       std::shared_ptr<std::atomic<int>> open_connections)
    : loop_(std::move(loop)),
      socket_(std::move(socket)),
      open_connections_(std::move(open_connections)),
      remote_(RemoteOf(socket_)),
      parser_({.body_bytes = options().max_body_bytes}, request_) {
  loop_->service().context().metrics.ConnectionOpened();
}

Connection::~Connection() {
  Close();
  --*open_connections_;
  loop_->service().context().metrics.ConnectionClosed();
}

void Connection::Start() {
  if (loop_->draining()) return;
  loop_->Add(this);
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  buffer_.resize(kFirstBuffer);
  Enter(Phase::kIdle, options().header_timeout);
  Read();
}

void Connection::StartRefused() {
  loop_->Add(this);
  loop_->service().context().metrics.ConnectionRefused();
  buffer_.resize(kFirstBuffer);
  phase_ = Phase::kHead;
  Fail({ProblemKind::kOverloaded,
        "all " + std::to_string(options().max_connections) + " connections are taken",
        {},
        {{"Retry-After", "1"}}});
}

void Connection::Enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  deadline_ = Clock::now() + limit;
}

// --- Reading ---

void Connection::Read() {
  MakeRoom();
  reading_ = true;
  socket_.async_read_some(boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            self->OnRead(error, size);
                          });
}

void Connection::MakeRoom() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const bool cramped = end_ == buffer_.size() || phase_ == Phase::kBody;
  if (cramped && buffer_.size() < kLargestBuffer) buffer_.resize(kLargestBuffer);
}

void Connection::OnRead(const error_code& error, std::size_t size) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  if (error) return Close();
  if (phase_ == Phase::kLingering) {
    deadline_ = std::min(Clock::now() + kLingerPause, linger_until_);
    begin_ = end_ = 0;
    return Read();
  }
  // A refusal for slowness is on its way; what comes now came too late.
  if (phase_ == Phase::kWriting) return;
  end_ += size;
  progress_ += size;
  Parse();
}

void Connection::Parse() {
  while (ParseOnce()) {
  }
}

bool Connection::ParseOnce() {
  if (phase_ == Phase::kBody && OutgrowsClaim()) {
    ReserveBody(options().max_body_bytes - body_claim_);
    return false;
  }
  const RequestParser::Step step = parser_.Feed(Unparsed());
  begin_ += step.consumed;
  switch (step.state) {
    case RequestParser::State::kNeedsMore:
      if (phase_ == Phase::kIdle && (step.consumed > 0 || begin_ != end_)) {
        Enter(Phase::kHead, options().header_timeout);
      }
      if (begin_ == 0 && end_ == kLargestBuffer) {
        Fail({ProblemKind::kHeaderTooLarge, "a line of the request is too long"});
        return false;
      }
      if (phase_ == Phase::kBody && begin_ != end_ && step.consumed > 0) return true;
      Read();
      return false;
    case RequestParser::State::kHead:
      OnHead();
      return false;
    case RequestParser::State::kDone:
      Dispatch();
      return false;
    case RequestParser::State::kError:
      Fail(*parser_.problem());
      return false;
  }
  return false;
}

// --- The head ---

void Connection::OnHead() {
  counted_ = true;
  handling_since_ = Clock::now();
  loop_->service().context().metrics.RequestBegan();
  auto refusal = loop_->service().Judge(request_);
  if (parser_.problem()) return Fail(*parser_.problem());
  if (refusal) return RefuseAtHead(std::move(*refusal));
  if (parser_.done()) return Dispatch();
  const std::uint64_t length = request_.content_length.value_or(kFirstClaim);
  ReserveBody(std::min<std::size_t>(length, options().max_body_bytes));
}

// The answer is known, yet a body may be on its way. A small one is read first, because
// closing would cost the client its connection; before a large one we close.
void Connection::RefuseAtHead(Response refusal) {
  if (parser_.done()) return Send(std::move(refusal));
  const bool small = request_.content_length.value_or(kBodyWorthReading + 1) <= kBodyWorthReading;
  if (small && !request_.headers.Find("Expect")) {
    refusal_ = std::move(refusal);
    return StartBody();
  }
  refusal.close = true;
  Send(std::move(refusal));
}

// --- The body ---

bool Connection::OutgrowsClaim() const {
  if (!request_.chunked || body_claim_ >= options().max_body_bytes) return false;
  const std::size_t held = request_.body ? request_.body->size() : 0;
  return held + (end_ - begin_) > body_claim_;
}

void Connection::ReserveBody(std::size_t body_bytes) {
  body_claim_ += body_bytes;
  const auto& pool = loop_->service().context().body_memory;
  // Whoever needs more than there is waits until it has all of it alone.
  const std::size_t bytes =
      std::min(loop_->service().BodyMemory(request_, body_bytes), pool->capacity());
  if (auto memory = pool->TryReserve(bytes)) return OnMemory(std::move(*memory));
  Enter(Phase::kMemory, options().queue_timeout);
  ticket_ = pool->Wait(bytes, [self = shared_from_this()](std::shared_ptr<Reservation> memory) {
    self->loop_->Post([self, memory = std::move(memory)] {
      if (self->phase_ == Phase::kMemory) self->OnMemory(std::move(*memory));
    });
  });
}

void Connection::OnMemory(Reservation memory) {
  memory_.push_back(std::move(memory));
  StartBody();
}

void Connection::StartBody() {
  Enter(Phase::kBody, options().body_timeout);
  progress_ = 0;
  const bool first_part = request_.body == nullptr;
  if (first_part) {
    request_.body = std::make_shared<Bytes>();
    request_.body->reserve(body_claim_);
  }
  const bool waits = request_.http_1_1 && request_.headers.Find("Expect") && begin_ == end_;
  if (first_part && waits) return SendContinue();
  Parse();
}

void Connection::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(
      socket_, boost::asio::buffer(kContinue.data(), kContinue.size()),
      [self = shared_from_this()](const error_code& error, std::size_t /*size*/) {
        if (error) return self->Close();
        if (self->phase_ == Phase::kBody) self->Parse();
      });
}

void Connection::Dispatch() {
  if (refusal_) return Send(*std::exchange(refusal_, std::nullopt));
  phase_ = Phase::kHandling;
  deadline_ = TimePoint::max();
  handling_since_ = Clock::now();
  loop_->service().Handle(shared_from_this());
}

// --- Answering ---

void Connection::Respond(Response response) {
  if (loop_->IsCurrent()) return Send(std::move(response));
  loop_->Post([self = shared_from_this(), shared = std::make_shared<Response>(std::move(
                                              response))] { self->Send(std::move(*shared)); });
}

void Connection::Fail(Problem problem) {
  if (request_.id.empty()) request_.id = RequestIdFor(request_.Header("X-Request-Id"));
  Response response = ToResponse(std::move(problem), request_.id);
  response.close = true;
  Send(std::move(response));
}

void Connection::Send(Response response) {
  if (phase_ == Phase::kClosed) return;
  response_ = std::move(response);
  response_.close = response_.close || !request_.keep_alive || loop_->draining();
  ComposeOutput();
  Enter(Phase::kWriting, options().body_timeout);
  Write();
}

void Connection::ComposeOutput() {
  std::string_view connection = response_.close ? "close" : "";
  if (!request_.http_1_1 && !response_.close) connection = "keep-alive";
  output_.clear();
  AppendResponseHead(response_, {request_.id, loop_->Date(), connection}, output_);
  std::string_view content = response_.Content();
  if (request_.method == "HEAD") content = {};
  if (content.size() <= kOnePiece) {
    output_ += content;
    content = {};
  }
  to_write_ = {output_, content};
}

void Connection::Write() {
  const std::array<boost::asio::const_buffer, 2> pieces = {
      boost::asio::buffer(to_write_[0].data(), to_write_[0].size()),
      boost::asio::buffer(to_write_[1].data(), to_write_[1].size())};
  socket_.async_write_some(pieces,
                           [self = shared_from_this()](const error_code& error, std::size_t size) {
                             self->OnWritten(error, size);
                           });
}

void Connection::OnWritten(const error_code& error, std::size_t size) {
  if (phase_ == Phase::kClosed) return;
  if (error) return Close();
  for (std::string_view& piece : to_write_) {
    const std::size_t taken = std::min(size, piece.size());
    piece.remove_prefix(taken);
    size -= taken;
  }
  if (!to_write_[0].empty() || !to_write_[1].empty()) {
    Enter(Phase::kWriting, options().body_timeout);
    return Write();
  }
  FinishRequest();
}

void Connection::FinishRequest() {
  LogRequest();
  EndCounting();
  const bool close = response_.close;
  const bool unread = !parser_.done() || begin_ != end_ || reading_;
  response_ = {};
  memory_.clear();
  body_claim_ = 0;
  if (close && unread) return Linger();
  if (close) return Close();
  parser_.Restart();
  Enter(Phase::kIdle, options().idle_timeout);
  // The drain came while this answer, which did not say so, was being written.
  if (loop_->draining() && begin_ == end_) return Close();
  Parse();
}

void Connection::LogRequest() const {
  const bool routed = request_.endpoint != nullptr;
  const auto duration = counted_ ? Clock::now() - handling_since_ : Clock::duration::zero();
  loop_->service().context().metrics.CountRequest(routed ? request_.endpoint->path : "none",
                                                  routed ? request_.endpoint->method : "none",
                                                  response_.status, duration);
  if (!options().access_log && response_.status < 400 && duration < kSlowRequest) return;
  const auto ms = std::chrono::duration<double, std::milli>(duration).count();
  char shown[32];
  std::snprintf(shown, sizeof shown, "%.3f", ms);
  LogInfo("request", {{"method", request_.method},
                      {"path", request_.path},
                      {"status", std::to_string(response_.status)},
                      {"bytes", std::to_string(response_.Content().size())},
                      {"ms", shown},
                      {"id", request_.id},
                      {"remote", remote_}});
}

void Connection::EndCounting() {
  if (std::exchange(counted_, false)) loop_->service().context().metrics.RequestEnded();
}

void Connection::Linger() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  linger_until_ = Clock::now() + kLingerTotal;
  Enter(Phase::kLingering, kLingerPause);
  begin_ = end_ = 0;
  if (!reading_) Read();
}

void Connection::CheckDeadline(TimePoint now) {
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kWriting:
    case Phase::kLingering:
      return Close();
    case Phase::kHead:
      return Fail({ProblemKind::kTimeout, "the request's header came too slowly"});
    case Phase::kMemory:
      if (!loop_->service().context().body_memory->Cancel(ticket_)) return;
      return Fail({ProblemKind::kOverloaded,
                   "the memory for pictures is in use; try again later",
                   {},
                   {{"Retry-After", "2"}}});
    case Phase::kBody:
      if (progress_ >= kLeastProgress) {
        progress_ = 0;
        deadline_ = now + options().body_timeout;
        return;
      }
      return Fail({ProblemKind::kTimeout, "the request's body came too slowly"});
    case Phase::kHandling:
    case Phase::kClosed:
      return;
  }
}

void Connection::Drain() {
  if (phase_ == Phase::kIdle && begin_ == end_) return Close();
  if (phase_ == Phase::kLingering) deadline_ = Clock::now() + std::chrono::milliseconds(500);
}

void Connection::Close() {
  if (phase_ == Phase::kClosed) return;
  // Whoever waits for memory is held by the pool, which would then be held by us.
  if (phase_ == Phase::kMemory) loop_->service().context().body_memory->Cancel(ticket_);
  phase_ = Phase::kClosed;
  EndCounting();
  loop_->Remove(this);
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace glyphd::serving
