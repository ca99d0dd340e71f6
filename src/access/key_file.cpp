#include "access/key_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace glyphd {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

// Thousands of keys; anything larger is another file given by mistake.
constexpr std::uintmax_t kMaxFileBytes = 16U << 20U;

std::string Reason() { return std::strerror(errno); }

Result<std::string> TextMember(const json::object& line, std::string_view name) {
  const json::value* value = line.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) {
    return Corrupt("\"" + std::string(name) + "\" is missing or no text");
  }
  return std::string(value->get_string().data(), value->get_string().size());
}

Result<TimePoint> TimeMember(const json::object& line, std::string_view name) {
  const auto text = TextMember(line, name);
  if (!text.ok()) return text.error();
  const auto time = ParseTime(*text);
  if (!time.ok()) return Corrupt("\"" + std::string(name) + "\" is no RFC 3339 time");
  return *time;
}

Result<std::vector<Scope>> ScopesMember(const json::object& line) {
  const json::value* value = line.if_contains("scopes");
  if (value == nullptr || !value->is_array()) return Corrupt("\"scopes\" is missing or no list");
  std::vector<Scope> scopes;
  for (const json::value& entry : value->get_array()) {
    if (!entry.is_string()) return Corrupt("\"scopes\" holds something that is no text");
    const auto scope = ParseScope({entry.get_string().data(), entry.get_string().size()});
    if (!scope.ok()) return Corrupt(scope.error().message);
    scopes.push_back(*scope);
  }
  return scopes;
}

Result<std::string> HashMember(const json::object& line) {
  auto hash = TextMember(line, "hash");
  if (!hash.ok()) return hash;
  const bool hex = std::all_of(hash->begin(), hash->end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (hash->size() != 64 || !hex) return Corrupt("\"hash\" is not 64 lower-case hex digits");
  return hash;
}

Result<std::optional<TimePoint>> RevokedMember(const json::object& line) {
  const json::value* value = line.if_contains("revoked_at");
  if (value == nullptr || value->is_null()) return std::optional<TimePoint>();
  const auto time = TimeMember(line, "revoked_at");
  if (!time.ok()) return time.error();
  return std::optional<TimePoint>(*time);
}

Result<KeyLine> ParseObject(const json::object& object) {
  auto id = TextMember(object, "id");
  if (!id.ok()) return std::move(id).error();
  auto name = TextMember(object, "name");
  if (!name.ok()) return std::move(name).error();
  auto scopes = ScopesMember(object);
  if (!scopes.ok()) return std::move(scopes).error();
  auto hash = HashMember(object);
  if (!hash.ok()) return std::move(hash).error();
  const auto created = TimeMember(object, "created_at");
  if (!created.ok()) return created.error();
  const auto revoked = RevokedMember(object);
  if (!revoked.ok()) return revoked.error();
  return KeyLine{{*std::move(id), *std::move(name), *std::move(scopes), *created, *revoked},
                 *std::move(hash)};
}

Result<KeyLine> ParseLine(const std::string& text) {
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure);
  if (failure) return Corrupt("not JSON (" + failure.message() + ")");
  if (!value.is_object()) return Corrupt("not a JSON object");
  return ParseObject(value.get_object());
}

std::string FormatLine(const KeyLine& line) {
  json::array scopes;
  for (const Scope scope : line.key.scopes) {
    scopes.emplace_back(json::string(ScopeName(scope).data(), ScopeName(scope).size()));
  }
  json::object object;
  object["id"] = line.key.id;
  object["name"] = line.key.name;
  object["scopes"] = std::move(scopes);
  object["hash"] = line.hash;
  object["created_at"] = FormatTime(line.key.created_at);
  if (line.key.revoked_at) object["revoked_at"] = FormatTime(*line.key.revoked_at);
  return json::serialize(object) + "\n";
}

Status CheckReadable(const fs::path& file) {
  std::error_code failure;
  const fs::file_status status = fs::status(file, failure);
  if (!fs::exists(status)) {
    return NotFound("there is no API key file " + file.string() +
                    "; `glyphd keys create` makes one");
  }
  if (!fs::is_regular_file(status)) return Unavailable(file.string() + " is not a file");
  if (fs::file_size(file, failure) > kMaxFileBytes) {
    return Corrupt(file.string() + " is too large to be an API key file");
  }
  return {};
}

Status WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Unavailable(Reason());
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status WriteDurably(const fs::path& file, std::string_view text) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return Unavailable("cannot write " + file.string() + ": " + Reason());
  Status status = WriteAll(descriptor, text);
  if (status.ok() && ::fsync(descriptor) != 0) status = Unavailable(Reason());
  if (::close(descriptor) != 0 && status.ok()) status = Unavailable(Reason());
  if (!status.ok()) return std::move(status).error().During("write " + file.string());
  return {};
}

// The new name of the file lies in its folder, which has to reach the disk as well.
Status SyncFolder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Unavailable("cannot open " + folder.string() + ": " + Reason());
  const bool synced = ::fsync(descriptor) == 0;
  const std::string reason = Reason();
  ::close(descriptor);
  if (!synced) return Unavailable("cannot sync " + folder.string() + ": " + reason);
  return {};
}

}  // namespace

Result<std::vector<KeyLine>> ReadKeyFile(const fs::path& file) {
  if (const Status status = CheckReadable(file); !status.ok()) return status.error();
  std::ifstream stream(file);
  if (!stream) return Unavailable("cannot read " + file.string() + ": " + Reason());
  std::vector<KeyLine> lines;
  std::string text;
  for (std::size_t number = 1; std::getline(stream, text); ++number) {
    if (text.empty()) continue;
    auto line = ParseLine(text);
    if (!line.ok()) {
      return std::move(line).error().During(file.string() + ":" + std::to_string(number));
    }
    lines.push_back(*std::move(line));
  }
  if (stream.bad()) return Unavailable("cannot read " + file.string() + ": " + Reason());
  return lines;
}

Status ReplaceKeyFile(const fs::path& file, const std::vector<KeyLine>& lines) {
  std::string text;
  for (const KeyLine& line : lines) text += FormatLine(line);
  fs::path beside = file;
  beside += ".new";
  if (Status status = WriteDurably(beside, text); !status.ok()) return status;
  if (::rename(beside.c_str(), file.c_str()) != 0) {
    const std::string reason = Reason();
    ::unlink(beside.c_str());
    return Unavailable("cannot replace " + file.string() + ": " + reason);
  }
  return SyncFolder(file.parent_path());
}

Result<KeyFolderLock> KeyFolderLock::Take(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Unavailable("cannot open " + folder.string() + ": " + Reason());
  while (::flock(descriptor, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    const std::string reason = Reason();
    ::close(descriptor);
    return Unavailable("cannot lock " + folder.string() + ": " + reason);
  }
  return KeyFolderLock(descriptor);
}

KeyFolderLock::KeyFolderLock(KeyFolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

KeyFolderLock::~KeyFolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace glyphd
