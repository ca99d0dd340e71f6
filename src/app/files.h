// Whole files in and out.
//
// Threads   pure but for the files
// Errors    kNotFound, kUnavailable, kTooLarge; each names the file

#pragma once

#include <cstddef>
#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd {

// "-" is standard input.
Result<Bytes> ReadWholeFile(const std::filesystem::path& file, std::size_t max_bytes);

// Makes the folders on the way.
Status WriteWholeFile(const std::filesystem::path& file, ByteView bytes);

}  // namespace glyphd
