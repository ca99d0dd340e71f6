// The lines of an API key file as they are on disk, read and replaced as a whole.
//
// Bytes     docs/formats/api-keys.md
// Threads   pure but for the file; KeyFolderLock keeps two writers (also processes) apart
// Errors    ReadKeyFile(): kNotFound, kUnavailable, kCorrupt (names the line)
//           ReplaceKeyFile(), KeyFolderLock: kUnavailable

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "access/api_keys.h"
#include "base/result.h"

namespace glyphd {

struct KeyLine {
  ApiKey key;
  std::string hash;  // 64 lower-case hex digits: SHA-256 of the secret
};

Result<std::vector<KeyLine>> ReadKeyFile(const std::filesystem::path& file);

// Durable when it returns: a reader sees the old file or the new one, never a part.
Status ReplaceKeyFile(const std::filesystem::path& file, const std::vector<KeyLine>& lines);

// Held while a key file of `folder` is read, changed and replaced. It locks the folder
// itself, since the file is a new one after each change.
class KeyFolderLock {
 public:
  static Result<KeyFolderLock> Take(const std::filesystem::path& folder);
  KeyFolderLock(KeyFolderLock&& other) noexcept;
  KeyFolderLock& operator=(KeyFolderLock&&) = delete;
  ~KeyFolderLock();

 private:
  explicit KeyFolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace glyphd
