#include "app/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStepBytes = 256U << 10U;

Result<Bytes> ReadAll(std::istream& stream, const std::string& name, std::size_t max_bytes) {
  Bytes bytes;
  while (stream) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kStepBytes);
    stream.read(reinterpret_cast<char*>(bytes.data() + before), kStepBytes);
    bytes.resize(before + static_cast<std::size_t>(stream.gcount()));
    if (bytes.size() > max_bytes) {
      return TooLarge(name + " has more than " + std::to_string(max_bytes >> 20U) + " MiB");
    }
  }
  if (stream.bad()) return Unavailable("cannot read " + name);
  return bytes;
}

}  // namespace

Result<Bytes> ReadWholeFile(const fs::path& file, std::size_t max_bytes) {
  if (file == "-") return ReadAll(std::cin, "standard input", max_bytes);
  std::error_code failure;
  const fs::file_status status = fs::status(file, failure);
  if (!fs::exists(status)) return NotFound("there is no file " + file.string());
  if (fs::is_directory(status)) return Unavailable(file.string() + " is a folder");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Unavailable("cannot open " + file.string() + ": " + std::strerror(errno));
  return ReadAll(stream, file.string(), max_bytes);
}

Status WriteWholeFile(const fs::path& file, ByteView bytes) {
  std::error_code failure;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), failure);
  if (failure) {
    return Unavailable("cannot make " + file.parent_path().string() + ": " + failure.message());
  }
  std::ofstream stream(file, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  stream.flush();
  if (!stream) return Unavailable("cannot write " + file.string() + ": " + std::strerror(errno));
  return {};
}

}  // namespace glyphd
