#include "dataset/known_files.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include <openssl/evp.h>

#include "dataset/file_bytes.h"
#include "dataset/gzip.h"
#include "dataset/tar.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostArchiveBytes = 256 << 20;

Result<Bytes> ReadPlainOrGz(const fs::path& path) {
  Result<Bytes> plain = ReadFileBytes(path, kMostArchiveBytes);
  if (plain || plain.error().code != ErrorCode::kNotFound) return plain;
  Result<Bytes> packed = ReadFileBytes(path.string() + ".gz", kMostArchiveBytes);
  if (!packed) return plain;  // its message has the name that people look for
  Result<Bytes> unpacked = Gunzip(*packed, kMostArchiveBytes);
  if (!unpacked) return std::move(unpacked).error().During(path.string() + ".gz");
  return unpacked;
}

Status CheckSum(const KnownFile& file, ByteView bytes, const fs::path& from) {
  const std::string actual = Md5Hex(bytes);
  if (actual == file.md5) return {};
  return Corrupt(file.name + " from " + from.string() + " has the MD5 sum " + actual +
                 ", the genuine one has " + file.md5 + ": get it again from elsewhere");
}

Status WriteAll(const fs::path& folder, std::span<const KnownFile> files,
                std::span<const ByteView> contents) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) return Unavailable("cannot make " + folder.string() + ": " + failure.message());
  for (std::size_t i = 0; i < files.size(); ++i) {
    Status written = WriteFileBytes(folder / files[i].name, contents[i]);
    if (!written) return written;
  }
  return {};
}

// All are checked before the first is written.
Status CheckAndWrite(const fs::path& from, const fs::path& folder, std::span<const KnownFile> files,
                     std::span<const ByteView> contents) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (Status genuine = CheckSum(files[i], contents[i], from); !genuine) return genuine;
  }
  return WriteAll(folder, files, contents);
}

Status PlaceFromFolder(const fs::path& from, const fs::path& folder,
                       std::span<const KnownFile> files) {
  std::vector<Bytes> read;
  for (const KnownFile& file : files) {
    Result<Bytes> bytes = ReadPlainOrGz(from / file.name);
    if (!bytes) return std::move(bytes).error();
    read.push_back(*std::move(bytes));
  }
  return CheckAndWrite(from, folder, files, std::vector<ByteView>(read.begin(), read.end()));
}

Status PlaceFromArchive(const fs::path& from, const fs::path& folder,
                        std::span<const KnownFile> files) {
  Result<Bytes> packed = ReadFileBytes(from, kMostArchiveBytes);
  if (!packed) return std::move(packed).error();
  Result<Bytes> archive = Gunzip(*packed, kMostArchiveBytes);
  if (!archive) return std::move(archive).error().During(from.string());
  Result<std::vector<TarFile>> entries = ListTarFiles(*archive);
  if (!entries) return std::move(entries).error().During(from.string());
  std::vector<ByteView> contents;
  for (const KnownFile& file : files) {
    const auto entry = std::ranges::find_if(*entries, [&](const TarFile& candidate) {
      return fs::path(candidate.path).filename() == file.name;
    });
    if (entry == entries->end()) return NotFound(from.string() + " does not hold " + file.name);
    contents.push_back(entry->contents);
  }
  return CheckAndWrite(from, folder, files, contents);
}

}  // namespace

std::string Md5Hex(ByteView bytes) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
    return "unavailable";  // a FIPS build of OpenSSL: differs from every sum, so nothing passes
  }
  return ToHex({digest.data(), size});
}

bool HasKnownFiles(const fs::path& folder, std::span<const KnownFile> files) {
  return std::ranges::all_of(files, [&](const KnownFile& file) {
    const Result<Bytes> bytes = ReadFileBytes(folder / file.name, kMostArchiveBytes);
    return bytes.ok() && Md5Hex(*bytes) == file.md5;
  });
}

Status PlaceKnownFiles(const fs::path& from, const fs::path& folder,
                       std::span<const KnownFile> files) {
  std::error_code ignored;
  return fs::is_directory(from, ignored) ? PlaceFromFolder(from, folder, files)
                                         : PlaceFromArchive(from, folder, files);
}

}  // namespace glyphd
