#include "access/api_keys.h"

#include <algorithm>
#include <array>

#include "access/key_file.h"
#include "base/bytes.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTokenPrefix = "glyphd_";
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMaxNameBytes = 200;

struct TokenParts {
  std::string_view id;
  std::string_view secret;
};

std::optional<TokenParts> SplitToken(std::string_view token) {
  if (!token.starts_with(kTokenPrefix)) return std::nullopt;
  token.remove_prefix(kTokenPrefix.size());
  const std::size_t end = token.find('_');  // an id has none; a secret may
  if (end == std::string_view::npos) return std::nullopt;
  return TokenParts{token.substr(0, end), token.substr(end + 1)};
}

std::string HashSecret(std::string_view secret) { return ToHex(Sha256(AsBytes(secret))); }

// Looks at every character, so that the time taken tells nothing of how many were right.
bool EqualInConstantTime(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned int difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
  }
  return difference == 0;
}

template <std::size_t kSize>
std::array<std::uint8_t, kSize> RandomBytes() {
  std::array<std::uint8_t, kSize> bytes{};
  FillRandom(bytes);
  return bytes;
}

Status CheckName(std::string_view name) {
  if (name.empty()) return InvalidInput("a key needs a name, so that people can tell it later");
  if (name.size() > kMaxNameBytes) return InvalidInput("a key's name has at most 200 bytes");
  const bool control = std::any_of(name.begin(), name.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (control) return InvalidInput("a key's name has no control characters");
  return {};
}

// Replacing a symbolic link would leave the file that it names unchanged.
Result<fs::path> RealPath(const fs::path& file) {
  std::error_code failure;
  const fs::path real = fs::weakly_canonical(fs::absolute(file), failure);
  if (failure) return Unavailable("cannot reach " + file.string() + ": " + failure.message());
  return real;
}

Result<std::vector<KeyLine>> ReadOrStart(const fs::path& file) {
  auto lines = ReadKeyFile(file);
  if (!lines.ok() && lines.error().code == ErrorCode::kNotFound) return std::vector<KeyLine>();
  return lines;
}

std::vector<Scope> WithoutRepeats(std::vector<Scope> scopes) {
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  return scopes;
}

CreatedKey MakeKey(std::string_view name, const std::vector<Scope>& scopes) {
  const std::string id = "k" + ToHex(RandomBytes<kIdBytes>());
  const std::string secret = ToBase64Url(RandomBytes<kSecretBytes>());
  return {{id, std::string(name), WithoutRepeats(scopes), Now(), std::nullopt},
          std::string(kTokenPrefix) + id + "_" + secret};
}

Status MakeFolder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) return Unavailable("cannot make " + folder.string() + ": " + failure.message());
  return {};
}

}  // namespace

std::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kRead:
      return "read";
    case Scope::kWrite:
      return "write";
    case Scope::kAdmin:
      return "admin";
  }
  AbortBecause("a scope without a name");
}

Result<Scope> ParseScope(std::string_view text) {
  for (const Scope scope : {Scope::kRead, Scope::kWrite, Scope::kAdmin}) {
    if (ScopeName(scope) == text) return scope;
  }
  return InvalidInput("there is no scope \"" + std::string(text) +
                      "\"; there are read, write and admin");
}

bool Allows(const ApiKey& key, Scope scope) {
  return std::any_of(key.scopes.begin(), key.scopes.end(),
                     [scope](Scope held) { return held == scope || held == Scope::kAdmin; });
}

Result<ApiKeys> ApiKeys::Load(const fs::path& file) {
  auto lines = ReadKeyFile(file);
  if (!lines.ok()) return std::move(lines).error();
  ApiKeys loaded;
  for (KeyLine& line : *lines) {
    loaded.keys_.push_back(std::move(line.key));
    loaded.hashes_.push_back(std::move(line.hash));
  }
  return loaded;
}

const ApiKey* ApiKeys::Authenticate(std::string_view token) const {
  const auto parts = SplitToken(token);
  if (!parts) return nullptr;
  const std::string hash = HashSecret(parts->secret);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].id != parts->id || keys_[i].revoked_at) continue;
    if (EqualInConstantTime(hashes_[i], hash)) return &keys_[i];
  }
  return nullptr;
}

Result<CreatedKey> CreateApiKey(const fs::path& file, std::string_view name,
                                const std::vector<Scope>& scopes) {
  if (Status status = CheckName(name); !status.ok()) return std::move(status).error();
  if (scopes.empty()) return InvalidInput("a key needs a scope: read, write or admin");
  const auto real = RealPath(file);
  if (!real.ok()) return real.error();
  if (Status made = MakeFolder(real->parent_path()); !made.ok()) return std::move(made).error();
  const auto lock = KeyFolderLock::Take(real->parent_path());
  if (!lock.ok()) return lock.error();
  auto lines = ReadOrStart(*real);
  if (!lines.ok()) return std::move(lines).error();
  CreatedKey created = MakeKey(name, scopes);
  lines->push_back({created.key, HashSecret(SplitToken(created.token)->secret)});
  if (Status kept = ReplaceKeyFile(*real, *lines); !kept.ok()) return std::move(kept).error();
  return created;
}

Status RevokeApiKey(const fs::path& file, std::string_view id) {
  const auto real = RealPath(file);
  if (!real.ok()) return real.error();
  const auto lock = KeyFolderLock::Take(real->parent_path());
  if (!lock.ok()) return lock.error();
  auto lines = ReadKeyFile(*real);
  if (!lines.ok()) return std::move(lines).error();
  const auto line = std::find_if(lines->begin(), lines->end(),
                                 [id](const KeyLine& each) { return each.key.id == id; });
  if (line == lines->end()) {
    return NotFound("there is no key \"" + std::string(id) + "\" in " + real->string());
  }
  if (line->key.revoked_at) return {};  // keeps the time of the first revocation
  line->key.revoked_at = Now();
  return ReplaceKeyFile(*real, *lines);
}

}  // namespace glyphd
