// The IDX files in which MNIST comes, plain or gzipped.
//
// Threads   pure but for the files
// Errors    kNotFound: no such file; kInvalidInput: names the file and what is wrong
// Source    yann.lecun.com/exdb/mnist

#pragma once

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"
#include "dataset/labelled_glyphs.h"

namespace glyphd {

// By the first bytes, unpacked or not; any gzipped file is taken for IDX.
bool LooksLikeIdx(ByteView first_bytes);

Result<LabelledGlyphs> ReadIdxPair(const std::filesystem::path& images);

}  // namespace glyphd
