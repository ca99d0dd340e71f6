#include "dataset/labelled_glyphs.h"

#include <array>
#include <fstream>
#include <system_error>
#include <utility>

#include "dataset/idx.h"
#include "dataset/labelled_files.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTrainImages = "train-images-idx3-ubyte";
constexpr const char* kTestImages = "t10k-images-idx3-ubyte";

bool HasFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// The file itself or its .gz; the plain name where there is neither, for the message.
fs::path PlainOrGz(const fs::path& path) {
  const fs::path packed = path.string() + ".gz";
  return !HasFile(path) && HasFile(packed) ? packed : path;
}

bool FileLooksLikeIdx(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> first{};
  file.read(first.data(), first.size());
  return LooksLikeIdx(AsBytes({first.data(), static_cast<std::size_t>(file.gcount())}));
}

Result<LabelledGlyphs> ReadFiles(Result<std::vector<LabelledFile>> files,
                                 const Progress& progress) {
  if (!files) return std::move(files).error();
  return ReadLabelledFiles(*files, progress);
}

Result<LabelledGlyphs> ReadFolder(const fs::path& folder, const Progress& progress) {
  const fs::path train = PlainOrGz(folder / kTrainImages);
  const fs::path test = PlainOrGz(folder / kTestImages);
  if (HasFile(train) && HasFile(test)) {
    return InvalidInput(folder.string() + " holds MNIST, a training and a test set: name one, " +
                        train.string() + " or " + test.string());
  }
  if (HasFile(train)) return ReadIdxPair(train);
  if (HasFile(test)) return ReadIdxPair(test);
  return ReadFiles(ListClassFolders(folder), progress);
}

Result<LabelledGlyphs> ReadMnistPart(const fs::path& folder, const char* images) {
  Result<LabelledGlyphs> part = ReadIdxPair(PlainOrGz(folder / images));
  if (!part && part.error().code == ErrorCode::kNotFound) {
    return NotFound(part.error().message + ": try `glyphd dataset fetch mnist` first");
  }
  return part;
}

}  // namespace

Result<LabelledGlyphs> ReadLabelledGlyphs(const fs::path& path, const Progress& progress) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) return NotFound(path.string() + ": there is no such file or folder");
  if (fs::is_directory(status)) return ReadFolder(path, progress);
  if (FileLooksLikeIdx(path)) return ReadIdxPair(path);
  return ReadFiles(ListCsv(path), progress);
}

Result<MnistData> ReadMnist(const fs::path& folder) {
  Result<LabelledGlyphs> train = ReadMnistPart(folder, kTrainImages);
  if (!train) return std::move(train).error();
  Result<LabelledGlyphs> test = ReadMnistPart(folder, kTestImages);
  if (!test) return std::move(test).error();
  return MnistData{*std::move(train), *std::move(test)};
}

}  // namespace glyphd
