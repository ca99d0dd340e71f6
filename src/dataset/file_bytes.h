// Whole files in and out of memory, with a limit on what is read.
//
// Threads   pure but for the files
// Errors    kNotFound: no such file; kTooLarge: larger than the limit; kInvalidInput: not a file;
//           kUnavailable: the disk refuses; each names the file

#pragma once

#include <cstddef>
#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd {

inline constexpr std::size_t kMostFileBytes = std::size_t{1} << 30;

Result<Bytes> ReadFileBytes(const std::filesystem::path& path,
                            std::size_t most_bytes = kMostFileBytes);
// Beside and renamed, so that nobody finds half a file.
Status WriteFileBytes(const std::filesystem::path& path, ByteView bytes);

}  // namespace glyphd
