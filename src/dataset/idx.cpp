#include "dataset/idx.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "dataset/class_names.h"
#include "dataset/file_bytes.h"
#include "dataset/glyph_from_picture.h"
#include "dataset/gzip.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

// Big-endian on disk: two zero bytes, the type (8 = unsigned byte), the number of dimensions.
constexpr std::uint32_t kImagesMagic = 0x00000803;
constexpr std::uint32_t kLabelsMagic = 0x00000801;
constexpr std::size_t kImagesHeader = 16;
constexpr std::size_t kLabelsHeader = 8;
constexpr std::size_t kMostSide = 4096;

std::uint32_t BigEndian(ByteView bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

void AppendBigEndian(Bytes& bytes, std::size_t number) {
  for (const int shift : {24, 16, 8, 0}) {
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

Result<Bytes> ReadUnpacked(const fs::path& path) {
  Result<Bytes> bytes = ReadFileBytes(path);
  if (!bytes || !IsGzip(*bytes)) return bytes;
  Result<Bytes> unpacked = Gunzip(*bytes, kMostFileBytes);
  if (!unpacked) return InvalidInput(path.string() + ": " + unpacked.error().message);
  return unpacked;
}

void ReplaceFirst(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

fs::path WithoutGz(const fs::path& path) {
  return path.extension() == ".gz" ? fs::path(path).replace_extension() : path;
}

fs::path LabelsNameFor(const fs::path& images) {
  std::string name = WithoutGz(images).filename().string();
  ReplaceFirst(name, "images", "labels");
  ReplaceFirst(name, "idx3", "idx1");
  return images.parent_path() / name;
}

Result<fs::path> FindLabels(const fs::path& images) {
  const fs::path plain = LabelsNameFor(images);
  for (const fs::path& candidate : {plain, fs::path(plain.string() + ".gz")}) {
    std::error_code ignored;
    if (candidate != images && fs::exists(candidate, ignored)) return candidate;
  }
  return NotFound(images.string() + ": its labels are expected beside it as " +
                  plain.filename().string() + " or .gz");
}

struct IdxImages {
  std::size_t count = 0;
  int height = 0;
  int width = 0;
  ByteView pixels;

  std::size_t size() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }
};

Result<IdxImages> ParseImages(const fs::path& path, ByteView file) {
  if (file.size() >= kLabelsHeader && BigEndian(file, 0) == kLabelsMagic) {
    return InvalidInput(path.string() + " holds the labels; name the file of the images");
  }
  if (file.size() < kImagesHeader || BigEndian(file, 0) != kImagesMagic) {
    return InvalidInput(path.string() + " is no IDX file of images");
  }
  const std::size_t count = BigEndian(file, 4);
  const std::size_t height = BigEndian(file, 8);
  const std::size_t width = BigEndian(file, 12);
  if (height == 0 || width == 0 || height > kMostSide || width > kMostSide) {
    return InvalidInput(path.string() + ": images of " + std::to_string(width) + " x " +
                        std::to_string(height) + " pixels; 1 to 4096 are read");
  }
  const ByteView pixels = file.subspan(kImagesHeader);
  if (pixels.size() != count * height * width) {
    return InvalidInput(path.string() + ": its header promises " + std::to_string(count) +
                        " images of " + std::to_string(width) + " x " + std::to_string(height) +
                        ", its size does not fit that");
  }
  return IdxImages{count, static_cast<int>(height), static_cast<int>(width), pixels};
}

Result<ByteView> ParseLabels(const fs::path& path, ByteView file, std::size_t images) {
  if (file.size() < kLabelsHeader || BigEndian(file, 0) != kLabelsMagic) {
    return InvalidInput(path.string() + " is no IDX file of labels");
  }
  const ByteView labels = file.subspan(kLabelsHeader);
  if (labels.size() != BigEndian(file, 4)) {
    return InvalidInput(path.string() + ": its header promises " +
                        std::to_string(BigEndian(file, 4)) + " labels, it holds " +
                        std::to_string(labels.size()));
  }
  if (labels.size() != images) {
    return InvalidInput(path.string() + " holds " + std::to_string(labels.size()) + " labels for " +
                        std::to_string(images) + " images");
  }
  return labels;
}

// What is 28 x 28 already is a glyph image as it stands; anything else is a picture.
GlyphImage ToGlyph(const IdxImages& images, std::size_t index) {
  const ByteView pixels = images.pixels.subspan(index * images.size(), images.size());
  if (images.height == kGlyphSide && images.width == kGlyphSide) {
    GlyphImage glyph;
    std::memcpy(glyph.data(), pixels.data(), glyph.size());
    return glyph;
  }
  return GlyphFromPicture({images.width, images.height, 1, {pixels.begin(), pixels.end()}});
}

std::string ShortName(const fs::path& images) {
  const std::string name = WithoutGz(images).filename().string();
  return name.substr(0, std::min(name.find("-idx"), name.find(".idx")));
}

Bytes EncodeImages(const std::vector<GlyphImage>& images) {
  Bytes file;
  for (const std::size_t number : {std::size_t{kImagesMagic}, images.size(),
                                   std::size_t{kGlyphSide}, std::size_t{kGlyphSide}}) {
    AppendBigEndian(file, number);
  }
  for (const GlyphImage& image : images) file.insert(file.end(), image.begin(), image.end());
  return file;
}

Bytes EncodeLabels(const std::vector<std::uint8_t>& labels) {
  Bytes file;
  AppendBigEndian(file, kLabelsMagic);
  AppendBigEndian(file, labels.size());
  file.insert(file.end(), labels.begin(), labels.end());
  return file;
}

}  // namespace

bool LooksLikeIdx(ByteView first_bytes) {
  if (IsGzip(first_bytes)) return true;
  if (first_bytes.size() < 4) return false;
  const std::uint32_t magic = BigEndian(first_bytes, 0);
  return magic == kImagesMagic || magic == kLabelsMagic;
}

Result<LabelledGlyphs> ReadIdxPair(const fs::path& images_path) {
  Result<Bytes> images_file = ReadUnpacked(images_path);
  if (!images_file) return std::move(images_file).error();
  Result<IdxImages> images = ParseImages(images_path, *images_file);
  if (!images) return std::move(images).error();
  Result<fs::path> labels_path = FindLabels(images_path);
  if (!labels_path) return std::move(labels_path).error();
  Result<Bytes> labels_file = ReadUnpacked(*labels_path);
  if (!labels_file) return std::move(labels_file).error();
  Result<ByteView> labels = ParseLabels(*labels_path, *labels_file, images->count);
  if (!labels) return std::move(labels).error();

  LabelledGlyphs glyphs;
  glyphs.labels.assign(labels->begin(), labels->end());
  glyphs.label_names = NumberedClasses(glyphs.labels);
  const std::string name = ShortName(images_path);
  for (std::size_t i = 0; i < images->count; ++i) {
    glyphs.images.push_back(ToGlyph(*images, i));
    glyphs.names.push_back(name + " #" + std::to_string(i));
  }
  return glyphs;
}

Status SaveIdx(const LabelledGlyphs& glyphs, const fs::path& images) {
  const fs::path labels = LabelsNameFor(images);
  if (labels == images) {
    return InvalidInput(images.string() +
                        ": a name with 'images' in it is needed, so that the labels get another");
  }
  Status written = WriteFileBytes(images, EncodeImages(glyphs.images));
  return written ? WriteFileBytes(labels, EncodeLabels(glyphs.labels)) : written;
}

}  // namespace glyphd
