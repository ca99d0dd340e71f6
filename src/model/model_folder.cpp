#include "model/model_folder.h"

#include <cmath>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "model/model_card.h"
#include "model/model_json.h"
#include "model/network_shape.h"
#include "model/safetensors.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

// The names live on disk.
constexpr const char* kDescriptionFile = "model.json";
constexpr const char* kWeightsFile = "weights.safetensors";
constexpr const char* kCardFile = "CARD.md";
constexpr std::size_t kMostDescriptionBytes = 1 << 20;
constexpr std::size_t kMostWeightsBytes = 300 << 20;
constexpr std::size_t kVersionDigits = 12;

std::string Reason(int error_number) { return std::generic_category().message(error_number); }

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

// ---- reading

Error CannotRead(const fs::path& file, int error_number) {
  const std::string message = "cannot read " + file.string() + ": " + Reason(error_number);
  return error_number == ENOENT || error_number == ENOTDIR ? NotFound(message)
                                                           : Unavailable(message);
}

Status ReadFully(const FileDescriptor& file, const fs::path& path, Bytes& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.number(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path, errno);
    if (count == 0) return Corrupt(path.string() + ": it became shorter while it was read");
    done += static_cast<std::size_t>(count);
  }
  return {};
}

// Relative to the opened folder: a model that is replaced meanwhile is never read as a mix of
// the old and the new one.
Result<Bytes> ReadFileIn(const FileDescriptor& folder, const fs::path& folder_path,
                         const char* name, std::size_t most_bytes) {
  const fs::path path = folder_path / name;
  const FileDescriptor file(::openat(folder.number(), name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts{};
  if (!file || ::fstat(file.number(), &facts) != 0) return CannotRead(path, errno);
  if (!S_ISREG(facts.st_mode)) return Corrupt(path.string() + ": it is not a file");
  const auto size = static_cast<std::size_t>(facts.st_size);
  if (size > most_bytes) {
    return Corrupt(path.string() + ": larger than " + std::to_string(most_bytes) + " bytes");
  }
  Bytes bytes(size);
  if (Status read = ReadFully(file, path, bytes); !read) return std::move(read).error();
  return bytes;
}

Status CheckWeightsHash(const ModelDescription& description, const std::string& actual) {
  if (description.weights_sha256 != actual) {
    return Corrupt("its SHA-256 is " + actual + ", model.json says " + description.weights_sha256 +
                   ": fetch or train the model again");
  }
  if (description.model.version != actual.substr(0, kVersionDigits)) {
    return Corrupt("its SHA-256 does not begin with the version in model.json, " +
                   description.model.version);
  }
  return {};
}

Result<ModelFolder> AssembleModel(ModelDescription description, const fs::path& folder,
                                  ByteView weights) {
  const std::string file = (folder / kWeightsFile).string();
  if (Status same = CheckWeightsHash(description, ToHex(Sha256(weights))); !same) {
    return std::move(same).error().During(file);
  }
  Result<std::map<std::string, Tensor>> tensors = DecodeSafetensors(weights);
  if (!tensors) return std::move(tensors).error().During(file);
  ModelFolder model = std::move(description.model);
  model.tensors = *std::move(tensors);
  if (Status sound = CheckModel(model); !sound) {
    return Corrupt(folder.string() + ": " + sound.error().message);
  }
  return model;
}

// ---- writing

Error CannotWrite(const fs::path& path, int error_number) {
  return Unavailable("cannot write " + path.string() + ": " + Reason(error_number));
}

Status WriteFully(const FileDescriptor& file, const fs::path& path, ByteView bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::write(file.number(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotWrite(path, errno);
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Status WriteDurably(const fs::path& path, ByteView bytes) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return CannotWrite(path, errno);
  if (Status written = WriteFully(file, path, bytes); !written) return written;
  if (::fsync(file.number()) != 0) return CannotWrite(path, errno);
  return {};
}

Status SyncFolder(const fs::path& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.number()) != 0) return CannotWrite(path, errno);
  return {};
}

bool IsOurs(const fs::path& name) {
  return name == kDescriptionFile || name == kWeightsFile || name == kCardFile;
}

// A report or a checkpoint beside the old model stays where it was.
Status KeepOtherFiles(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  for (fs::directory_iterator entry(from, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const fs::path name = entry->path().filename();
    if (!IsOurs(name)) fs::rename(entry->path(), to / name, failure);
    if (failure) break;
  }
  if (failure) return CannotWrite(to, failure.value());
  return {};
}

void Discard(const fs::path& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

Status PutInPlace(const fs::path& fresh, const fs::path& folder) {
  std::error_code failure;
  const bool replaces = fs::exists(folder, failure);
  const unsigned how = replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, folder.c_str(), how) != 0) {
    Status failed = CannotWrite(folder, errno);
    Discard(fresh);
    return failed;
  }
  if (!replaces) return {};
  // `fresh` now names the old model; it only goes once nothing of the user's is left in it.
  if (Status kept = KeepOtherFiles(fresh, folder); !kept) {
    return std::move(kept).error().During("keep the files that are left in " + fresh.string());
  }
  Discard(fresh);
  return {};
}

// A mistyped path must not turn somebody's folder or file into a model.
Status CheckTarget(const fs::path& folder) {
  std::error_code failure;
  if (!fs::exists(folder, failure)) return {};
  if (!fs::is_directory(folder, failure)) {
    return Conflict(folder.string() + " is not a folder: name another place for the model");
  }
  if (!fs::is_empty(folder, failure) && !fs::exists(folder / kDescriptionFile, failure)) {
    return Conflict(folder.string() +
                    " holds other files and no model: name a new or an empty folder");
  }
  return {};
}

Status CheckFigures(const ModelFolder& model) {
  for (const auto& [name, value] : model.figures) {
    if (!std::isfinite(value)) return InvalidInput("figure '" + name + "' is not finite");
  }
  for (const TestReading& reading : model.test_readings) {
    if (!std::isfinite(reading.accuracy)) return InvalidInput("a test reading is not finite");
  }
  return {};
}

struct ModelFiles {
  Bytes weights;
  std::string description;
  std::string card;
};

Result<ModelFiles> EncodeModel(ModelFolder model) {
  ModelFiles files;
  files.weights = EncodeSafetensors(model.tensors);
  const std::string sha256 = ToHex(Sha256(files.weights));
  model.version = sha256.substr(0, kVersionDigits);
  files.description = DescribeModel({model, sha256});
  // Text that is not UTF-8 would be found by the first reader, long after the training.
  if (const auto readable = ParseModelDescription(files.description); !readable) {
    return InvalidInput("the model's description could not be read back: " +
                        readable.error().message);
  }
  files.card = RenderModelCard(model, sha256);
  return files;
}

Status WriteFiles(const ModelFiles& files, const fs::path& folder) {
  Status status = WriteDurably(folder / kWeightsFile, files.weights);
  if (status) status = WriteDurably(folder / kDescriptionFile, AsBytes(files.description));
  if (status) status = WriteDurably(folder / kCardFile, AsBytes(files.card));
  if (status) status = SyncFolder(folder);
  return status;
}

// In the same parent, so that renaming never crosses a file system.
fs::path TemporaryBeside(const fs::path& folder) {
  return folder.parent_path() /
         ("." + folder.filename().string() + ".new-" + std::to_string(::getpid()));
}

Result<fs::path> MakeTemporary(const fs::path& folder) {
  std::error_code failure;
  const fs::path fresh = TemporaryBeside(folder);
  fs::remove_all(fresh, failure);  // left by a killed run that had our process id
  fs::create_directories(fresh, failure);
  if (failure) return CannotWrite(fresh, failure.value());
  return fresh;
}

fs::path WithoutTrailingSlash(const fs::path& folder) {
  std::error_code failure;
  fs::path path = fs::absolute(folder, failure).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

Result<ModelFolder> ReadModelFolder(const fs::path& folder) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return CannotRead(folder, errno);
  Result<Bytes> text = ReadFileIn(opened, folder, kDescriptionFile, kMostDescriptionBytes);
  if (!text) return std::move(text).error();
  Result<ModelDescription> description = ParseModelDescription(AsText(*text));
  if (!description) {
    return std::move(description).error().During((folder / kDescriptionFile).string());
  }
  Result<Bytes> weights = ReadFileIn(opened, folder, kWeightsFile, kMostWeightsBytes);
  if (!weights) return std::move(weights).error();
  return AssembleModel(*std::move(description), folder, *weights);
}

Status WriteModelFolder(ModelFolder model, const fs::path& folder) {
  if (Status sound = CheckModel(model); !sound) return sound;
  if (Status finite = CheckFigures(model); !finite) return finite;
  const fs::path target = WithoutTrailingSlash(folder);
  if (Status free = CheckTarget(target); !free) return free;
  Result<ModelFiles> files = EncodeModel(std::move(model));
  if (!files) return std::move(files).error();
  Result<fs::path> fresh = MakeTemporary(target);
  if (!fresh) return std::move(fresh).error();
  if (Status written = WriteFiles(*files, *fresh); !written) {
    Discard(*fresh);
    return written;
  }
  Status placed = PutInPlace(*fresh, target);
  return placed ? SyncFolder(target.parent_path()) : placed;
}

}  // namespace glyphd
