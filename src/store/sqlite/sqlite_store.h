// The embedded store: one SQLite file in the data folder.
//
// Durable   WAL with synchronous=FULL; a completion runs only after the commit was synced.
//           One writer thread gathers every waiting group into one commit.
// Errors    kUnavailable: the folder cannot be written or another process holds the file
//           kCorrupt: the file is damaged or no glyphd database (says what to do)
//           kUnsupported: the schema is newer than this program
// Bytes     docs/formats/sqlite.md

#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/recognition_store.h"

namespace glyphd {

struct SqliteOptions {
  std::filesystem::path path{};                  // made when missing, with its folders
  std::chrono::milliseconds busy_timeout{2000};  // wait for another process's write
  bool synchronous_full = true;  // false only in the test that shows why it must be true
  std::string vfs{};             // empty: the system's own; tests name one that forgets
  bool read_only = false;        // for glyphd history beside a running server
};

Result<std::unique_ptr<RecognitionStore>> OpenSqliteStore(const SqliteOptions& options);

}  // namespace glyphd
