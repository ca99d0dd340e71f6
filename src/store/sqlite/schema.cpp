#include "store/sqlite/schema.h"

#include <array>
#include <fstream>
#include <string>

namespace glyphd {
namespace {

// Why it is so: docs/decisions/0004-embedded-store.md.
constexpr const char* kFirstSchema = R"sql(
CREATE TABLE settings(
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE records(
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  text TEXT NOT NULL,
  confidence REAL,
  needs_review INTEGER NOT NULL,
  model_name TEXT NOT NULL,
  model_version TEXT NOT NULL,
  filename TEXT,
  reference TEXT,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  decode_ms REAL NOT NULL,
  ink_ms REAL NOT NULL,
  inference_ms REAL NOT NULL,
  total_ms REAL NOT NULL,
  marks TEXT NOT NULL,
  picture BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX records_by_id ON records(id);
CREATE INDEX records_by_reference ON records(reference) WHERE reference IS NOT NULL;
CREATE INDEX records_to_review ON records(needs_review) WHERE needs_review = 1;

CREATE TABLE corrections(
  record INTEGER NOT NULL,
  number INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  text TEXT,
  PRIMARY KEY(record, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers(
  sequence INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  request BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  location TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX answers_by_key ON answers(key);

INSERT INTO settings(name, value) VALUES('cursor_key', randomblob(32));
)sql";

constexpr std::array kSteps = {kFirstSchema};

constexpr std::int64_t kQuickCheckBytes = 16 << 20;

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

Error NotOurs(std::string_view what) {
  return Corrupt(std::string(what) +
                 "; nothing was changed: choose another data folder, or restore the file from a "
                 "backup");
}

Status CheckOwner(Connection& connection, std::int64_t version) {
  const Result<std::int64_t> owner = connection.QueryInteger("PRAGMA application_id");
  if (!owner) return owner.error();
  if (*owner == kApplicationId) return {};
  const Result<std::int64_t> tables = connection.QueryInteger("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  const bool brand_new = *owner == 0 && version == 0 && *tables == 0;
  if (brand_new) return {};
  return NotOurs("this is a SQLite database, but of another program");
}

Status CheckPages(Connection& connection) {
  const Result<std::int64_t> bytes = connection.QueryInteger(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  if (!bytes) return bytes.error();
  if (*bytes > kQuickCheckBytes) return {};
  const Result<std::string> verdict = connection.QueryText("PRAGMA quick_check(1)");
  if (!verdict) return verdict.error();
  if (*verdict == "ok") return {};
  return NotOurs("the database is damaged (" + *verdict + ")");
}

}  // namespace

std::span<const char* const> SchemaSteps() { return kSteps; }

Status CheckFileHeader(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, kMagic.size()> start{};
  file.read(start.data(), start.size());
  const auto read = static_cast<std::size_t>(file.gcount());
  if (read == 0 || std::string_view(start.data(), read) == kMagic) return {};
  return NotOurs("the file is no database");
}

Status CheckDatabase(Connection& connection, std::span<const char* const> steps) {
  const Result<std::int64_t> version = connection.QueryInteger("PRAGMA user_version");
  if (!version) return version.error();
  if (Status owner = CheckOwner(connection, *version); !owner.ok()) return owner;
  if (*version > static_cast<std::int64_t>(steps.size())) {
    return Unsupported("the database has schema version " + std::to_string(*version) +
                       ", but this glyphd knows only up to " + std::to_string(steps.size()) +
                       "; nothing was changed: start the newer glyphd that made it");
  }
  return CheckPages(connection);
}

Status CheckUpToDate(Connection& connection, std::span<const char* const> steps) {
  const Result<std::int64_t> version = connection.QueryInteger("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == static_cast<std::int64_t>(steps.size())) return {};
  return Unsupported("the database has the older schema version " + std::to_string(*version) +
                     "; start glyphd serve on it once, which brings it to version " +
                     std::to_string(steps.size()));
}

Status Migrate(Connection& connection, std::span<const char* const> steps) {
  const Result<std::int64_t> version = connection.QueryInteger("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == static_cast<std::int64_t>(steps.size())) return {};
  std::string sql = "BEGIN IMMEDIATE;";
  for (const char* step : steps.subspan(static_cast<std::size_t>(*version))) sql += step;
  sql += "PRAGMA application_id = " + std::to_string(kApplicationId) + ";";
  sql += "PRAGMA user_version = " + std::to_string(steps.size()) + ";COMMIT;";
  Status migrated = connection.Execute(sql);
  if (!migrated.ok() && connection.InTransaction()) {
    // The first error is the one to report; should the rollback fail too, closing rolls back.
    static_cast<void>(connection.Execute("ROLLBACK"));
  }
  return migrated;
}

}  // namespace glyphd
