// Picture files with their labels, before any of them is opened.
//
// Threads   pure but for the files; pictures are decoded on all cores
// Errors    kNotFound, kInvalidInput: names the file or the row and what is wrong

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/labelled_glyphs.h"

namespace glyphd {

struct LabelledFile {
  std::filesystem::path path;
  std::string label;
  std::string origin;  // how a message names it: the path, or "labels.csv line 17"
};

Result<std::vector<LabelledFile>> ListClassFolders(const std::filesystem::path& folder);
Result<std::vector<LabelledFile>> ListCsv(const std::filesystem::path& csv);

Result<LabelledGlyphs> ReadLabelledFiles(const std::vector<LabelledFile>& files,
                                         const Progress& progress);

}  // namespace glyphd
