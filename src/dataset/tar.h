// Finds the plain files of a tar archive (ustar, as npm packs).
//
// Threads   pure function; the contents are views into the archive
// Errors    kInvalidInput: not a tar archive, damaged, or a path that leads out of it

#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd {

struct TarFile {
  std::string path;
  ByteView contents;
};

Result<std::vector<TarFile>> ListTarFiles(ByteView archive);

}  // namespace glyphd
