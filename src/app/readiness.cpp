#include "app/readiness.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace glyphd {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr std::size_t kMaxAnswerBytes = 64U << 10U;

class Socket {
 public:
  explicit Socket(const addrinfo& address)
      : descriptor_(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0)) {
    const timeval patience{2, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Addresses Resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    found = nullptr;
  }
  return {found, &freeaddrinfo};
}

std::string Exchange(int descriptor, const std::string& request) {
  std::string answer;
  if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return answer;
  }
  char part[4096];
  ssize_t size = 0;
  while (answer.size() < kMaxAnswerBytes && (size = ::recv(descriptor, part, sizeof part, 0)) > 0) {
    answer.append(part, static_cast<std::size_t>(size));
  }
  return answer;
}

// The whole answer, or nothing when no connection could be made.
std::string AskOnce(const std::string& host, std::uint16_t port) {
  const std::string request =
      "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const Addresses addresses = Resolve(host, port);
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    const Socket socket(*each);
    if (::connect(socket.descriptor(), each->ai_addr, each->ai_addrlen) != 0) continue;
    if (std::string answer = Exchange(socket.descriptor(), request); !answer.empty()) return answer;
  }
  return "";
}

// Not "localhost": its other address may belong to another server.
std::string OwnAddress(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

std::string BodyOf(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "no answer" : answer.substr(end + 4);
}

}  // namespace

std::string AddressOf(const std::string& host, std::uint16_t port) {
  const bool is_local = host == "0.0.0.0" || host == "127.0.0.1" || host == "::";
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const std::string shown = is_local ? "localhost" : is_ipv6 ? "[" + host + "]" : host;
  return "http://" + shown + ":" + std::to_string(port);
}

Status WaitUntilReady(const std::string& host, std::uint16_t port,
                      std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const std::string answer = AskOnce(OwnAddress(host), port);
    if (answer.starts_with("HTTP/1.1 200")) return {};
    if (std::chrono::steady_clock::now() >= deadline) {
      return Unavailable("not ready at " + AddressOf(host, port) + "/readyz: " + BodyOf(answer));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace glyphd
