// Makes training data of what people corrected.
//
// Output    OUT/digits/<label>/<id>.<type>  one digit: a folder per class, ready for training
//           OUT/lines/<id>.<type>           a longer text
//           OUT/none/<id>.<type>            a person says that there is no digit
//           OUT/corrections.csv             path,label of all of them; no label: no digit
// Threads   one
// Errors    those of the store; kUnavailable: OUT cannot be written
// Docs      docs/formats/corrections.md

#pragma once

#include <cstddef>
#include <filesystem>

#include "base/result.h"
#include "store/recognition_store.h"

namespace glyphd {

struct ExportedCorrections {
  std::size_t digits = 0;
  std::size_t lines = 0;
  std::size_t none = 0;
};

Result<ExportedCorrections> ExportCorrections(RecognitionStore& store,
                                              const std::filesystem::path& out);

}  // namespace glyphd
