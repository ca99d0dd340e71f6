// Lets the user's npm bring one package; npm's own configuration decides from where.
//
// Threads   any
// Errors    kNotFound: npm is not there; kUnavailable: it failed (its own words are on stderr)

#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace glyphd {

// The .tgz that npm put into `folder`.
Result<std::filesystem::path> NpmPack(const std::string& package,
                                      const std::filesystem::path& folder);

}  // namespace glyphd
