#include "serving/test_support.h"

#include <algorithm>
#include <cctype>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace glyphd::serving {
namespace {

void AppendLittleEndian(std::uint32_t value, int bytes, std::string& out) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
}

void AppendBigEndian(std::uint32_t value, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU));
  }
}

// PNG's own check sum, bit by bit.
std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

void AppendChunk(const std::string& type_and_data, std::string& png) {
  AppendBigEndian(static_cast<std::uint32_t>(type_and_data.size() - 4), png);
  png += type_and_data;
  AppendBigEndian(Crc32(type_and_data), png);
}

std::string BmpHeader(int width, int height, std::size_t pixel_bytes) {
  std::string bmp = "BM";
  AppendLittleEndian(static_cast<std::uint32_t>(54 + pixel_bytes), 4, bmp);
  AppendLittleEndian(0, 4, bmp);
  AppendLittleEndian(54, 4, bmp);
  AppendLittleEndian(40, 4, bmp);
  AppendLittleEndian(static_cast<std::uint32_t>(width), 4, bmp);
  AppendLittleEndian(static_cast<std::uint32_t>(height), 4, bmp);
  AppendLittleEndian(1, 2, bmp);
  AppendLittleEndian(24, 2, bmp);
  bmp.append(24, '\0');
  return bmp;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Status FakeClassifier::Classify(std::span<const GlyphImage> glyphs,
                                std::span<float> probabilities) const {
  before();
  for (std::size_t i = 0; i < glyphs.size() * labels_.size(); ++i) {
    probabilities[i] = i % labels_.size() == 7 ? 0.955F : 0.005F;
  }
  return {};
}

void MemoryStore::Put(PutGroup group, PutDone done) {
  writer_.Post([this, group = std::move(group), done = std::move(done)] {
    if (full) return done(Unavailable("the disk is full"));
    {
      const std::lock_guard lock(mutex_);
      for (const auto& one : group.recognitions) records_[one.recognition.id] = one;
      if (group.answer) answers_[group.answer->key] = *group.answer;
    }
    ++puts;
    done({});
  });
}

Result<Recognition> MemoryStore::Find(const RecordId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) return NotFound("no such record");
  return found->second.recognition;
}

Result<SharedBytes> MemoryStore::Picture(const RecordId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) return NotFound("no such record");
  return found->second.picture;
}

Result<RecognitionPage> MemoryStore::List(const RecognitionFilter& /*filter*/, int limit,
                                          const std::optional<std::string>& cursor) {
  if (cursor) return InvalidInput("this cursor is not one of ours");
  const std::lock_guard lock(mutex_);
  RecognitionPage page;
  for (auto one = records_.rbegin(); one != records_.rend(); ++one) {
    if (static_cast<int>(page.recognitions.size()) == limit) {
      page.next_cursor = "more";
      break;
    }
    page.recognitions.push_back(one->second.recognition);
  }
  return page;
}

Status MemoryStore::Delete(const RecordId& id) {
  const std::lock_guard lock(mutex_);
  return records_.erase(id) == 1 ? Status() : Status(NotFound("no such record"));
}

Result<Correction> MemoryStore::Correct(const RecordId& id, std::optional<std::string> text) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) return NotFound("no such record");
  const Correction correction{Now(), std::move(text)};
  corrections_[id].push_back(correction);
  found->second.recognition.correction = correction;
  return correction;
}

Result<std::vector<Correction>> MemoryStore::Corrections(const RecordId& id) {
  const std::lock_guard lock(mutex_);
  if (!records_.contains(id)) return NotFound("no such record");
  return corrections_[id];
}

Result<IdempotentAnswer> MemoryStore::FindAnswer(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(key);
  if (found == answers_.end()) return NotFound("no such answer");
  return found->second;
}

Status MemoryStore::Check() { return full ? Status(Unavailable("the disk is full")) : Status(); }

StoreFigures MemoryStore::Figures() {
  const std::lock_guard lock(mutex_);
  StoreFigures figures;
  figures.records = static_cast<std::int64_t>(records_.size());
  return figures;
}

std::string StrokeBmp(int side, int shade) {
  const std::size_t row = (static_cast<std::size_t>(side) * 3 + 3) / 4 * 4;
  std::string pixels(row * static_cast<std::size_t>(side), '\xFF');
  for (int y = side / 5; y < side * 4 / 5; ++y) {
    for (int x = side / 2 - side / 14; x < side / 2 + side / 14; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * row + static_cast<std::size_t>(x) * 3;
      std::fill_n(pixels.begin() + static_cast<std::ptrdiff_t>(at), 3, static_cast<char>(shade));
    }
  }
  return BmpHeader(side, side, pixels.size()) + pixels;
}

std::string HollowPng(std::uint32_t width, std::uint32_t height) {
  std::string header;
  AppendBigEndian(width, header);
  AppendBigEndian(height, header);
  header += std::string("\x08\x02\0\0\0", 5);  // 8 bit RGB
  std::string png = "\x89PNG\r\n\x1a\n";
  AppendChunk("IHDR" + header, png);
  AppendChunk("IDAT" + std::string(10, 'x'), png);
  AppendChunk("IEND", png);
  return png;
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ADD_FAILURE() << "cannot connect to port " << port;
  }
}

RawClient::~RawClient() { ::close(socket_); }

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::Fill() {
  char piece[65536];
  const ssize_t size = ::recv(socket_, piece, sizeof piece, 0);
  if (size <= 0) return false;
  received_.append(piece, static_cast<std::size_t>(size));
  return true;
}

Answer RawClient::Receive(bool to_head) {
  while (received_.find("\r\n\r\n") == std::string::npos) {
    if (!Fill()) return {};
  }
  Answer answer;
  const std::size_t head_end = received_.find("\r\n\r\n");
  answer.status = std::stoi(received_.substr(9, 3));
  std::size_t line = received_.find("\r\n") + 2;
  while (line < head_end) {
    const std::size_t end = received_.find("\r\n", line);
    const std::size_t colon = received_.find(':', line);
    answer.headers[Lower(received_.substr(line, colon - line))] =
        received_.substr(colon + 2, end - colon - 2);
    line = end + 2;
  }
  received_.erase(0, head_end + 4);
  if (to_head || !answer.headers.contains("content-length")) return answer;
  const std::size_t size = std::stoul(answer.headers["content-length"]);
  while (received_.size() < size) {
    if (!Fill()) return {};
  }
  answer.body = received_.substr(0, size);
  received_.erase(0, size);
  return answer;
}

bool RawClient::AtEnd() {
  while (Fill()) {
  }
  return received_.empty();
}

std::string Get(std::string_view target, std::string_view more_headers) {
  std::string request = "GET ";
  request += target;
  request += " HTTP/1.1\r\nHost: localhost\r\n";
  request += more_headers;
  return request + "\r\n";
}

std::string Post(std::string_view target, std::string_view content_type, std::string_view body,
                 std::string_view more_headers) {
  std::string request = "POST ";
  request += target;
  request += " HTTP/1.1\r\nHost: localhost\r\n";
  if (!content_type.empty()) request += "Content-Type: " + std::string(content_type) + "\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += more_headers;
  request += "\r\n";
  return request += body;
}

std::string Form(const std::vector<std::string>& pictures) {
  std::string form;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    form += "--XX\r\nContent-Disposition: form-data; name=\"image\"; filename=\"p" +
            std::to_string(i + 1) + ".bmp\"\r\n\r\n" + pictures[i] + "\r\n";
  }
  return form + "--XX--\r\n";
}

}  // namespace glyphd::serving
