// Who may do what: API keys with scopes, kept as hashes in one file.
//
// File      one JSON object a line: {"id","name","scopes","hash","created_at","revoked_at"?};
//           the secret is shown once, at creation; docs/formats/api-keys.md
// Threads   ApiKeys never changes after loading; Authenticate() is safe from any thread
// Errors    kNotFound: no such file; kCorrupt: names the line; kUnavailable: cannot be written

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace glyphd {

// Each scope is asked for by itself; admin includes the other two.
enum class Scope { kRead, kWrite, kAdmin };
std::string_view ScopeName(Scope scope);
Result<Scope> ParseScope(std::string_view text);

struct ApiKey {
  std::string id;    // public, e.g. "k3f9…"
  std::string name;  // for people
  std::vector<Scope> scopes;
  TimePoint created_at;
  std::optional<TimePoint> revoked_at;
};

class ApiKeys {
 public:
  static Result<ApiKeys> Load(const std::filesystem::path& file);

  // The key behind a bearer token, in constant time for a wrong secret; none: refused.
  const ApiKey* Authenticate(std::string_view token) const;
  const std::vector<ApiKey>& keys() const { return keys_; }

 private:
  std::vector<ApiKey> keys_;
  std::vector<std::string> hashes_;  // hex SHA-256 of the secret, beside keys_
};

bool Allows(const ApiKey& key, Scope scope);

struct CreatedKey {
  ApiKey key;
  std::string token;  // "glyphd_<id>_<secret>", shown once
};
Result<CreatedKey> CreateApiKey(const std::filesystem::path& file, std::string_view name,
                                const std::vector<Scope>& scopes);  // makes the file, mode 0600
Status RevokeApiKey(const std::filesystem::path& file, std::string_view id);  // kNotFound

}  // namespace glyphd
