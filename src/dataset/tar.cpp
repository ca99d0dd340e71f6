#include "dataset/tar.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

namespace glyphd {
namespace {

// POSIX.1-1988 ustar: a header of one block, then the contents padded to whole blocks.
constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameAt = 0, kNameSize = 100;
constexpr std::size_t kSizeAt = 124, kSizeSize = 12;
constexpr std::size_t kChecksumAt = 148, kChecksumSize = 8;
constexpr std::size_t kTypeAt = 156;
constexpr std::size_t kPrefixAt = 345, kPrefixSize = 155;
constexpr std::size_t kMostFiles = 10'000;

std::string_view Field(ByteView header, std::size_t at, std::size_t size) {
  const std::string_view field = AsText(header.subspan(at, size));
  return field.substr(0, field.find('\0'));
}

std::optional<std::size_t> Octal(std::string_view field) {
  const std::size_t begin = field.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  std::size_t number = 0;
  for (const char c : field.substr(begin, field.find(' ', begin) - begin)) {
    if (c < '0' || c > '7') return std::nullopt;
    number = number * 8 + static_cast<std::size_t>(c - '0');  // 12 digits at most: no overflow
  }
  return number;
}

// The sum of the header's bytes, its own field taken as spaces.
bool ChecksumHolds(ByteView header) {
  std::size_t sum = kChecksumSize * ' ';
  for (std::size_t i = 0; i < kBlock; ++i) {
    if (i < kChecksumAt || i >= kChecksumAt + kChecksumSize) sum += header[i];
  }
  return Octal(Field(header, kChecksumAt, kChecksumSize)) == sum;
}

std::string PathOf(ByteView header) {
  const std::string prefix(Field(header, kPrefixAt, kPrefixSize));
  const std::string name(Field(header, kNameAt, kNameSize));
  return prefix.empty() ? name : prefix + "/" + name;
}

bool StaysInside(const std::filesystem::path& path) {
  return path.is_relative() && std::ranges::find(path, "..") == path.end();
}

bool IsEnd(ByteView header) {
  return std::ranges::all_of(header, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

Result<std::vector<TarFile>> ListTarFiles(ByteView archive) {
  std::vector<TarFile> files;
  std::size_t at = 0;
  while (archive.size() - at >= kBlock && !IsEnd(archive.subspan(at, kBlock))) {
    const ByteView header = archive.subspan(at, kBlock);
    at += kBlock;
    if (!ChecksumHolds(header)) return InvalidInput("not a tar archive, or a damaged one");
    const std::optional<std::size_t> size = Octal(Field(header, kSizeAt, kSizeSize));
    if (!size || *size > archive.size() - at)
      return InvalidInput("a tar archive that is cut short");
    const std::string path = PathOf(header);
    if (!StaysInside(path)) return InvalidInput("the path '" + path + "' leads out of the archive");
    const bool is_plain = header[kTypeAt] == '0' || header[kTypeAt] == '\0';
    if (is_plain) files.push_back({path, archive.subspan(at, *size)});
    if (files.size() > kMostFiles) return InvalidInput("a tar archive of more than 10,000 files");
    at += std::min(archive.size() - at, (*size + kBlock - 1) / kBlock * kBlock);
  }
  if (at == 0) return InvalidInput("not a tar archive");
  return files;
}

}  // namespace glyphd
