#include "serving/server.h"

#include <algorithm>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/resource.h>

#include "base/log.h"
#include "serving/connection.h"
#include "serving/event_loop.h"

namespace glyphd {
namespace serving {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// Connections beyond the limit that are told so at once; those beyond these are just closed.
constexpr int kRefusalsAtOnce = 512;
// What the store, the model and the log have open beside the connections.
constexpr rlim_t kOtherFiles = 256;
constexpr std::chrono::milliseconds kAcceptPause{100};

Error CannotListen(const ServerOptions& options, const error_code& error) {
  std::string message = "cannot listen on " + options.host + ":" + std::to_string(options.port) +
                        ": " + error.message();
  if (error == boost::asio::error::address_in_use) {
    message += "; stop the program that has it, or choose another with --port";
  }
  return Unavailable(std::move(message));
}

// The soft limit is often 1024, which is fewer than the connections that are allowed.
void AllowFilesFor(int max_connections) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const rlim_t wanted = static_cast<rlim_t>(max_connections + kRefusalsAtOnce) + kOtherFiles;
  if (files.rlim_cur >= wanted) return;
  files.rlim_cur = std::min(wanted, files.rlim_max);
  setrlimit(RLIMIT_NOFILE, &files);
}

class TcpServer : public Server {
 public:
  TcpServer(const ServerOptions& options, ServerParts parts)
      : service_(std::make_shared<Service>(
            std::make_shared<ServiceContext>(options, std::move(parts)))) {
    for (int i = 0; i < std::max(1, options.io_threads); ++i) {
      loops_.push_back(std::make_shared<EventLoop>(service_));
    }
    acceptor_ = std::make_unique<tcp::acceptor>(loops_.front()->io());
    accept_pause_ = std::make_unique<boost::asio::steady_timer>(loops_.front()->io());
  }

  ~TcpServer() override { Close(); }

  Status Listen() {
    const ServerOptions& options = service_->context().options;
    error_code error;
    tcp::resolver resolver(loops_.front()->io());
    const auto found =
        resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive, error);
    if (error || found.empty()) return CannotListen(options, error);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(tcp::acceptor::max_listen_connections, error);
    if (error) return CannotListen(options, error);
    port_ = acceptor_->local_endpoint().port();
    return {};
  }

  void Run() {
    AllowFilesFor(service_->context().options.max_connections);
    if (const auto warning = service_->context().access.StartWarning(); !warning.empty()) {
      LogWarning(warning);
    }
    Accept();
    for (const auto& loop : loops_) loop->Start();
  }

  std::uint16_t port() const override { return port_; }

  bool Stop(std::chrono::milliseconds limit) override {
    const auto until = std::chrono::steady_clock::now() + limit;
    loops_.front()->Post([this] {
      error_code ignored;
      acceptor_->close(ignored);
      accept_pause_->cancel();
    });
    for (const auto& loop : loops_) loop->Post([loop] { loop->Drain(); });
    while (*open_connections_ > 0 && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    const bool finished = *open_connections_ == 0;
    Close();
    return finished;
  }

 private:
  // Sockets go round the loops, so that few connections are spread evenly too.
  void Accept() {
    EventLoop& loop = *loops_[next_loop_];
    acceptor_->async_accept(loop.io(), [this](const error_code& error, tcp::socket socket) {
      if (error == boost::asio::error::operation_aborted || !acceptor_->is_open()) return;
      if (error) return PauseAccepting(error);
      Hand(std::move(socket));
      Accept();
    });
  }

  void Hand(tcp::socket socket) {
    const std::shared_ptr<EventLoop> loop = loops_[next_loop_];
    next_loop_ = (next_loop_ + 1) % loops_.size();
    const int open = ++*open_connections_;
    const int limit = service_->context().options.max_connections;
    if (open > limit + kRefusalsAtOnce) {
      --*open_connections_;
      return;
    }
    auto connection = std::make_shared<Connection>(loop, std::move(socket), open_connections_);
    loop->Post([connection = std::move(connection), refused = open > limit] {
      refused ? connection->StartRefused() : connection->Start();
    });
  }

  // Out of file descriptors: trying again at once would only burn the processor.
  void PauseAccepting(const error_code& error) {
    LogWarning("cannot accept a connection", {{"reason", error.message()}});
    accept_pause_->expires_after(kAcceptPause);
    accept_pause_->async_wait([this](const error_code& cancelled) {
      if (!cancelled) Accept();
    });
  }

  // Loops first: what workers and the store still answer then is dropped.
  void Close() {
    for (const auto& loop : loops_) loop->Close();
    service_->context().picture_workers.Stop();
    service_->context().lookup_workers.Stop();
  }

  const std::shared_ptr<Service> service_;
  const std::shared_ptr<std::atomic<int>> open_connections_ = std::make_shared<std::atomic<int>>(0);
  std::vector<std::shared_ptr<EventLoop>> loops_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<boost::asio::steady_timer> accept_pause_;
  std::size_t next_loop_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace
}  // namespace serving

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, ServerParts parts) {
  auto server = std::make_unique<serving::TcpServer>(options, std::move(parts));
  if (Status status = server->Listen(); !status.ok()) return std::move(status).error();
  server->Run();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace glyphd
