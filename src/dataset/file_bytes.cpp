#include "dataset/file_bytes.h"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include <unistd.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;

Error CannotRead(const fs::path& path, const std::error_code& failure) {
  const std::string message = "cannot read " + path.string() + ": " + failure.message();
  return failure == std::errc::no_such_file_or_directory ? NotFound(message) : Unavailable(message);
}

std::error_code LastError() { return {errno == 0 ? EIO : errno, std::generic_category()}; }

}  // namespace

Result<Bytes> ReadFileBytes(const fs::path& path, std::size_t most_bytes) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (failure) return CannotRead(path, failure);
  if (!fs::is_regular_file(status)) return InvalidInput(path.string() + " is not a file");
  const std::uintmax_t size = fs::file_size(path, failure);
  if (failure) return CannotRead(path, failure);
  if (size > most_bytes) {
    return TooLarge(path.string() + " is larger than " + std::to_string(most_bytes) + " bytes");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(static_cast<std::size_t>(size));
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    return CannotRead(path, LastError());
  }
  return bytes;
}

Status WriteFileBytes(const fs::path& path, ByteView bytes) {
  const fs::path fresh = path.string() + ".new-" + std::to_string(::getpid());
  errno = 0;
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code failure;
  if (file.fail()) {
    failure = LastError();
  } else {
    fs::rename(fresh, path, failure);
  }
  if (!failure) return {};
  std::error_code ignored;
  fs::remove(fresh, ignored);
  return Unavailable("cannot write " + path.string() + ": " + failure.message());
}

}  // namespace glyphd
