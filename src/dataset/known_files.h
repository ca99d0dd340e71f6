// Puts files into a folder only once each is proved to be the one that was meant.
//
// Threads   one call at a time for one folder
// Errors    kNotFound: a file is not there; kCorrupt: a sum differs (names the file and both sums)

#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd {

struct KnownFile {
  std::string name;
  std::string md5;  // hex, lower case
};

std::string Md5Hex(ByteView bytes);

bool HasKnownFiles(const std::filesystem::path& folder, std::span<const KnownFile> files);

// `from` is a .tgz that holds the files anywhere, or a folder of them; there each may be .gz.
Status PlaceKnownFiles(const std::filesystem::path& from, const std::filesystem::path& folder,
                       std::span<const KnownFile> files);

}  // namespace glyphd
