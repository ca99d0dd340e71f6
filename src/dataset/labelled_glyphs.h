// Labelled examples from wherever people keep them, brought to 28 x 28 glyph images.
//
// Input     an IDX pair (plain or .gz; the labels file is found beside the images file),
//           a folder with one folder of pictures per class, or a CSV of path,label
// Output    images with the index of their label; pictures go through ink/ as one digit each
// Threads   pure but for reading files; pictures are decoded on all cores
// Errors    kNotFound: no such file; kInvalidInput: names the file, the row and what is wrong
// Source    yann.lecun.com/exdb/mnist for IDX

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ink/glyph_image.h"

namespace glyphd {

struct LabelledGlyphs {
  std::vector<std::string> label_names;  // "0" … "9", or the names of the classes
  std::vector<GlyphImage> images;
  std::vector<std::uint8_t> labels;  // index into label_names
  std::vector<std::string> names;    // a file's path, or "train-images #17"

  std::size_t size() const { return images.size(); }
};

// A part of the pictures has been read: done of total. Called by one thread at a time.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

Result<LabelledGlyphs> ReadLabelledGlyphs(const std::filesystem::path& path,
                                          const Progress& progress = {});

// Writes an IDX pair. The images' file name must contain "images"; the labels' has "labels" there.
Status SaveIdx(const LabelledGlyphs& glyphs, const std::filesystem::path& images);

struct MnistData {
  LabelledGlyphs train;  // 60,000
  LabelledGlyphs test;   // 10,000
};
Result<MnistData> ReadMnist(const std::filesystem::path& folder);

}  // namespace glyphd
