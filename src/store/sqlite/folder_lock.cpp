#include "store/sqlite/folder_lock.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace glyphd {
namespace {

std::string SystemMessage() { return std::generic_category().message(errno); }

// Only for the message; a holder that has not written its id yet stays unnamed.
std::string HolderOf(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  if (size <= 1) return "another process";
  return "process " + std::string(text.data(), static_cast<std::size_t>(size) - 1);
}

Status WriteHolder(int descriptor, const std::filesystem::path& path) {
  const std::string holder = std::to_string(::getpid()) + "\n";
  // Of fixed use and a few bytes, so that a full disk is found here and not at the first picture.
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, holder.data(), holder.size(), 0) !=
                                             static_cast<ssize_t>(holder.size())) {
    return Unavailable("cannot write " + path.string() + ": " + SystemMessage());
  }
  return {};
}

}  // namespace

Result<FolderLock> FolderLock::Take(const std::filesystem::path& database) {
  std::filesystem::path path = database;
  path += ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return Unavailable("cannot write " + path.string() + ": " + SystemMessage() +
                       "; choose a data folder that can be written");
  }
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return Unavailable(database.string() + " is in use by " + HolderOf(descriptor) +
                       "; stop it or choose another data folder");
  }
  if (Status written = WriteHolder(descriptor, path); !written.ok()) return written.error();
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status SyncFolder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string message = SystemMessage();
  if (descriptor >= 0) ::close(descriptor);
  if (synced) return {};
  return Unavailable("cannot sync the folder " + folder.string() + ": " + message);
}

}  // namespace glyphd
