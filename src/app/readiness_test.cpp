#include "app/readiness.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace glyphd {
namespace {

// Answers one connection on a free port of this machine.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] { Answer(answer); });
  }
  ~OneAnswer() {
    thread_.join();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }
  std::string request;

 private:
  void Answer(const std::string& answer) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    char part[1024];
    const ssize_t size = ::recv(connection, part, sizeof part, 0);
    request.assign(part, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    ::send(connection, answer.data(), answer.size(), 0);
    ::close(connection);
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

constexpr std::chrono::milliseconds kOnce{0};

TEST(Readiness, A200IsReady) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(WaitUntilReady("127.0.0.1", server.port(), kOnce).ok());
}

TEST(Readiness, AnythingElseIsNotAndItsBodyIsTold) {
  OneAnswer server("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"status\":\"unavailable\"}");
  const Status status = WaitUntilReady("127.0.0.1", server.port(), kOnce);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(status.error().message, testing::HasSubstr("\"unavailable\""));
}

TEST(Readiness, NobodyListeningIsNotReady) {
  EXPECT_FALSE(WaitUntilReady("127.0.0.1", 1, kOnce).ok());
  EXPECT_FALSE(WaitUntilReady("no such host", 80, kOnce).ok());
}

TEST(Address, NamesWhatAPersonCanOpen) {
  EXPECT_EQ(AddressOf("127.0.0.1", 8000), "http://localhost:8000");
  EXPECT_EQ(AddressOf("0.0.0.0", 80), "http://localhost:80");
  EXPECT_EQ(AddressOf("::", 80), "http://localhost:80");
  EXPECT_EQ(AddressOf("::1", 80), "http://[::1]:80");
  EXPECT_EQ(AddressOf("192.0.2.7", 80), "http://192.0.2.7:80");
}

}  // namespace
}  // namespace glyphd
