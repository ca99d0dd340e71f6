// Keeps a second server off a database: a lock on `<database>.lock` that ends with its process.
//
// Errors    kUnavailable: another process holds it (names its id), or the folder cannot be written

#pragma once

#include <filesystem>

#include "base/result.h"

namespace glyphd {

class FolderLock {
 public:
  static Result<FolderLock> Take(const std::filesystem::path& database);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// Makes a file's entry in its folder durable: a synced file can be lost with its name.
Status SyncFolder(const std::filesystem::path& folder);

}  // namespace glyphd
