// SQLite databases for tests, each in a folder of its own that goes with it.

#pragma once

#include <filesystem>
#include <memory>

#include "contract/recognition_store_contract.h"
#include "store/sqlite/sqlite_store.h"

namespace glyphd {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class SqliteUnderTest : public StoreUnderTest {
 public:
  Result<std::unique_ptr<RecognitionStore>> Open() override { return OpenSqliteStore(options); }

  TemporaryFolder folder;
  SqliteOptions options{.path = folder.path() / "glyphd.db"};
};

}  // namespace glyphd
