#include "dataset/labelled_files.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "dataset/class_names.h"
#include "dataset/csv.h"
#include "dataset/file_bytes.h"
#include "dataset/glyph_from_picture.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostClasses = 256;  // a label's index is one byte
constexpr std::size_t kMostPictureBytes = 256 << 20;

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

Error CannotList(const fs::path& folder, const std::error_code& failure) {
  const std::string message = "cannot list " + folder.string() + ": " + failure.message();
  return failure == std::errc::no_such_file_or_directory ? NotFound(message) : Unavailable(message);
}

Result<std::vector<fs::path>> ListSorted(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (!IsHidden(entry->path())) paths.push_back(entry->path());
  }
  if (failure) return CannotList(folder, failure);
  std::ranges::sort(paths);
  return paths;
}

Status AddClassFolder(const fs::path& folder, std::vector<LabelledFile>& files) {
  Result<std::vector<fs::path>> paths = ListSorted(folder);
  if (!paths) return std::move(paths).error();
  for (const fs::path& path : *paths) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      return InvalidInput(path.string() + " is a folder within a class: put its pictures into " +
                          folder.string());
    }
    files.push_back({path, folder.filename().string(), path.string()});
  }
  return {};
}

struct Columns {
  std::size_t path = 0;
  std::size_t label = 1;
};

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

template <std::size_t kCount>
std::optional<std::size_t> FindColumn(const CsvRow& header,
                                      const std::array<std::string_view, kCount>& names) {
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    if (std::ranges::find(names, LowerCase(header.fields[i])) != names.end()) return i;
  }
  return std::nullopt;
}

// A first row that names both columns is a header; any other is an example already.
std::optional<Columns> ReadHeader(const CsvRow& row) {
  static constexpr std::array<std::string_view, 4> kPath = {"path", "file", "filename", "image"};
  static constexpr std::array<std::string_view, 4> kLabel = {"label", "class", "digit", "text"};
  const auto path = FindColumn(row, kPath);
  const auto label = FindColumn(row, kLabel);
  if (!path || !label) return std::nullopt;
  return Columns{*path, *label};
}

Result<LabelledFile> ReadRow(const fs::path& csv, const CsvRow& row, const Columns& columns) {
  const std::string origin = csv.string() + " line " + std::to_string(row.line);
  if (row.fields.size() <= std::max(columns.path, columns.label)) {
    return InvalidInput(origin + " has " + std::to_string(row.fields.size()) +
                        " fields; a path and a label are needed");
  }
  const std::string& path = row.fields[columns.path];
  const std::string& label = row.fields[columns.label];
  if (path.empty()) return InvalidInput(origin + ": the path is empty");
  if (label.empty()) return InvalidInput(origin + ": the label is empty");
  return LabelledFile{csv.parent_path() / path, label, origin};  // an absolute path stays itself
}

Result<GlyphImage> ReadGlyph(const LabelledFile& file) {
  Result<Bytes> bytes = ReadFileBytes(file.path, kMostPictureBytes);
  if (!bytes) return std::move(bytes).error();
  Result<GlyphImage> glyph = GlyphFromPictureBytes(*bytes);
  if (!glyph) return InvalidInput(file.path.string() + ": " + glyph.error().message);
  return glyph;
}

// Hands out the files in order to all cores. The first file that fails, in that order, is the
// one reported, however the threads ran: whoever had an earlier one finishes it.
class GlyphReader {
 public:
  GlyphReader(const std::vector<LabelledFile>& files, const Progress& progress)
      : files_(files), progress_(progress), images_(files.size()) {}

  Result<std::vector<GlyphImage>> ReadAll() {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < std::min(cores, files_.size()); ++i) {
      threads.emplace_back([this] { Work(); });
    }
    Work();
    for (std::thread& thread : threads) thread.join();
    if (error_) return *std::move(error_);
    return std::move(images_);
  }

 private:
  void Work() {
    for (std::size_t i = next_++; i < files_.size() && !failed_; i = next_++) {
      Result<GlyphImage> glyph = ReadGlyph(files_[i]);
      if (glyph) {
        images_[i] = *glyph;
        CountOne();
      } else {
        Fail(i, std::move(glyph).error());
      }
    }
  }
  void CountOne() {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (progress_) progress_(done_, files_.size());
  }
  void Fail(std::size_t index, Error error) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    if (error_ && index > error_index_) return;
    error_index_ = index;
    const bool from_list = files_[index].origin != files_[index].path.string();
    error_ = from_list ? std::move(error).During(files_[index].origin) : std::move(error);
  }

  const std::vector<LabelledFile>& files_;
  const Progress& progress_;
  std::vector<GlyphImage> images_;  // each written by the one thread that took its index
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::size_t done_ = 0;         // guarded by mutex_
  std::size_t error_index_ = 0;  // guarded by mutex_
  std::optional<Error> error_;   // guarded by mutex_
};

std::vector<std::string> LabelsOf(const std::vector<LabelledFile>& files) {
  std::vector<std::string> labels;
  for (const LabelledFile& file : files) labels.push_back(file.label);
  return labels;
}

}  // namespace

Result<std::vector<LabelledFile>> ListClassFolders(const fs::path& folder) {
  Result<std::vector<fs::path>> classes = ListSorted(folder);
  if (!classes) return std::move(classes).error();
  std::vector<LabelledFile> files;
  for (const fs::path& entry : *classes) {
    std::error_code ignored;
    if (!fs::is_directory(entry, ignored)) continue;  // a read-me or a list beside the classes
    if (Status added = AddClassFolder(entry, files); !added) return std::move(added).error();
  }
  if (files.empty()) {
    return InvalidInput(folder.string() +
                        " holds no folders with pictures: one folder per class is needed");
  }
  return files;
}

Result<std::vector<LabelledFile>> ListCsv(const fs::path& csv) {
  Result<Bytes> bytes = ReadFileBytes(csv);
  if (!bytes) return std::move(bytes).error();
  Result<std::vector<CsvRow>> rows = ParseCsv(AsText(*bytes));
  if (!rows) return std::move(rows).error().During(csv.string());
  const std::optional<Columns> header = rows->empty() ? std::nullopt : ReadHeader(rows->front());
  std::vector<LabelledFile> files;
  for (std::size_t i = header ? 1 : 0; i < rows->size(); ++i) {
    Result<LabelledFile> file = ReadRow(csv, (*rows)[i], header.value_or(Columns{}));
    if (!file) return std::move(file).error();
    files.push_back(*std::move(file));
  }
  if (files.empty()) return InvalidInput(csv.string() + " holds no rows of path,label");
  return files;
}

Result<LabelledGlyphs> ReadLabelledFiles(const std::vector<LabelledFile>& files,
                                         const Progress& progress) {
  LabelledGlyphs glyphs;
  glyphs.label_names = OrderedClasses(LabelsOf(files));
  if (glyphs.label_names.size() > kMostClasses) {
    return InvalidInput(std::to_string(glyphs.label_names.size()) +
                        " different labels; at most 256 are possible");
  }
  Result<std::vector<GlyphImage>> images = GlyphReader(files, progress).ReadAll();
  if (!images) return std::move(images).error();
  glyphs.images = *std::move(images);
  for (const LabelledFile& file : files) {
    const auto name = std::ranges::find(glyphs.label_names, file.label);
    glyphs.labels.push_back(static_cast<std::uint8_t>(name - glyphs.label_names.begin()));
    glyphs.names.push_back(file.path.string());
  }
  return glyphs;
}

}  // namespace glyphd
