#include "contract/forgetful_disk.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include <sqlite3.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;

using Octets = std::vector<char>;

// Enough to take a change of a file back, and to do it again.
struct UnsyncedChange {
  std::int64_t offset = 0;
  std::int64_t size_before = 0;
  Octets before;  // what it overwrote or cut off
  Octets after;   // empty: a truncation to `offset`
};

struct FileState {
  bool entry_synced = true;
  bool syncs_folder = false;  // its next sync also syncs the folder
  std::vector<UnsyncedChange> changes;
};

struct DeletedFile {
  std::string path;
  Octets contents;
};

Octets ReadAt(const std::string& path, std::int64_t offset, std::int64_t size) {
  std::ifstream file(path, std::ios::binary);
  Octets contents(static_cast<std::size_t>(std::max<std::int64_t>(size, 0)));
  file.seekg(offset);
  file.read(contents.data(), static_cast<std::streamsize>(contents.size()));
  contents.resize(static_cast<std::size_t>(file.gcount()));
  return contents;
}

void WriteAt(const std::string& path, std::int64_t offset, const Octets& contents) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(offset);
  file.write(contents.data(), static_cast<std::streamsize>(contents.size()));
}

std::int64_t SizeOf(const std::string& path) {
  std::error_code missing;
  const auto size = fs::file_size(path, missing);
  return missing ? 0 : static_cast<std::int64_t>(size);
}

void TakeBack(const std::string& path, const UnsyncedChange& change) {
  WriteAt(path, change.offset, change.before);
  fs::resize_file(path, static_cast<std::uintmax_t>(change.size_before));
}

// Whole, torn after some of its bytes, or not at all.
void DoSomeOfItAgain(const std::string& path, UnsyncedChange change, std::mt19937& random) {
  const auto fate = random() % 3;
  if (fate == 0) return;
  if (change.after.empty()) {
    if (SizeOf(path) > change.offset) {
      fs::resize_file(path, static_cast<std::uintmax_t>(change.offset));
    }
    return;
  }
  if (fate == 1) change.after.resize(random() % change.after.size());
  WriteAt(path, change.offset, change.after);
}

}  // namespace

struct ForgetfulDisk::Disk {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  std::string name;

  mutable std::mutex mutex;
  std::map<std::string, FileState> files;
  std::vector<DeletedFile> deleted;
  std::int64_t operations_left = std::numeric_limits<std::int64_t>::max();
  bool full = false;
  bool broken = false;
  std::int64_t forgotten_writes = 0;

  bool PowerIsCut() const { return operations_left <= 0; }

  // False: the power went with this one.
  bool CountOperation() {
    if (PowerIsCut()) return false;
    return --operations_left > 0;
  }

  void SyncFolder() {
    for (auto& [path, file] : files) file.entry_synced = true;
    deleted.clear();
  }

  void RestoreFile(const std::string& path, FileState& file, Remains remains,
                   std::mt19937& random) {
    forgotten_writes += static_cast<std::int64_t>(file.changes.size());
    for (auto change = file.changes.rbegin(); change != file.changes.rend(); ++change) {
      TakeBack(path, *change);
    }
    if (remains == Remains::kSyncedAndSomeOfTheRest) {
      for (UnsyncedChange& change : file.changes) {
        DoSomeOfItAgain(path, std::move(change), random);
      }
    } else if (!file.entry_synced) {
      fs::remove(path);
    }
  }
};

namespace {

using Disk = ForgetfulDisk::Disk;

// Allocated by SQLite, with the real file behind it.
struct ForgetfulFile {
  sqlite3_file base;
  Disk* disk;
  FileState* state;  // null: a temporary file without a name
};

ForgetfulFile* Ours(sqlite3_file* file) { return reinterpret_cast<ForgetfulFile*>(file); }

sqlite3_file* Real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(Ours(file) + 1); }

std::int64_t RealSize(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  Real(file)->pMethods->xFileSize(Real(file), &size);
  return size;
}

// What is there of that range; SQLite fills up with zeros what lies behind the end.
Octets RealContents(sqlite3_file* file, std::int64_t offset, std::int64_t size) {
  const std::int64_t there = std::clamp<std::int64_t>(RealSize(file) - offset, 0, size);
  Octets contents(static_cast<std::size_t>(there));
  Real(file)->pMethods->xRead(Real(file), contents.data(), static_cast<int>(there), offset);
  return contents;
}

int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }

int Read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  return Real(file)->pMethods->xRead(Real(file), data, size, offset);
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  ForgetfulFile& ours = *Ours(file);
  const std::lock_guard lock(ours.disk->mutex);
  if (!ours.disk->CountOperation() || ours.disk->broken) return SQLITE_IOERR_WRITE;
  if (ours.disk->full) return SQLITE_FULL;
  if (ours.state != nullptr) {
    const char* bytes = static_cast<const char*>(data);
    ours.state->changes.push_back(
        {offset, RealSize(file), RealContents(file, offset, size), Octets(bytes, bytes + size)});
  }
  return Real(file)->pMethods->xWrite(Real(file), data, size, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  ForgetfulFile& ours = *Ours(file);
  const std::lock_guard lock(ours.disk->mutex);
  if (!ours.disk->CountOperation() || ours.disk->broken) return SQLITE_IOERR_TRUNCATE;
  if (ours.state != nullptr) {
    const std::int64_t before = RealSize(file);
    ours.state->changes.push_back({size, before, RealContents(file, size, before - size), {}});
  }
  return Real(file)->pMethods->xTruncate(Real(file), size);
}

// The real disk is not made to sync: the test is faster for it, and it keeps books, not platters.
int Sync(sqlite3_file* file, int) {
  ForgetfulFile& ours = *Ours(file);
  const std::lock_guard lock(ours.disk->mutex);
  if (!ours.disk->CountOperation() || ours.disk->broken) return SQLITE_IOERR_FSYNC;
  if (ours.state == nullptr) return SQLITE_OK;
  ours.state->changes.clear();
  if (std::exchange(ours.state->syncs_folder, false)) ours.disk->SyncFolder();
  return SQLITE_OK;
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Real(file)->pMethods->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) { return Real(file)->pMethods->xLock(Real(file), level); }
int Unlock(sqlite3_file* file, int level) {
  return Real(file)->pMethods->xUnlock(Real(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* reserved) {
  return Real(file)->pMethods->xCheckReservedLock(Real(file), reserved);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  return Real(file)->pMethods->xFileControl(Real(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
}
// The index of the log lives in shared memory, which no restart keeps.
int ShmMap(sqlite3_file* file, int page, int page_size, int extend, void volatile** memory) {
  return Real(file)->pMethods->xShmMap(Real(file), page, page_size, extend, memory);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return Real(file)->pMethods->xShmUnmap(Real(file), remove);
}

// Version 2: without memory-mapped reading, so that every access comes through here.
constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

Disk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  Disk& disk = DiskOf(vfs);
  const std::lock_guard lock(disk.mutex);
  file->pMethods = nullptr;
  if (disk.PowerIsCut()) return SQLITE_CANTOPEN;
  const bool created = path != nullptr && !fs::exists(path);
  const int code = disk.real->xOpen(disk.real, path, Real(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  ForgetfulFile& ours = *Ours(file);
  ours.disk = &disk;
  ours.state = path == nullptr ? nullptr : &disk.files[path];
  if (created) {
    ours.state->entry_synced = false;
    ours.state->syncs_folder = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  }
  file->pMethods = &kMethods;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  Disk& disk = DiskOf(vfs);
  const std::lock_guard lock(disk.mutex);
  if (!disk.CountOperation() || disk.broken) return SQLITE_IOERR_DELETE;
  FileState& state = disk.files[path];
  if (state.entry_synced && fs::exists(path)) {
    for (auto change = state.changes.rbegin(); change != state.changes.rend(); ++change) {
      TakeBack(path, *change);
    }
    disk.deleted.push_back({path, ReadAt(path, 0, SizeOf(path))});
  }
  state = FileState();
  const int code = disk.real->xDelete(disk.real, path, 0);
  if (code == SQLITE_OK && sync_folder != 0) disk.SyncFolder();
  return code;
}

int Access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  return DiskOf(vfs).real->xAccess(DiskOf(vfs).real, path, flags, result);
}
int FullPathname(sqlite3_vfs* vfs, const char* path, int size, char* full) {
  return DiskOf(vfs).real->xFullPathname(DiskOf(vfs).real, path, size, full);
}
int Randomness(sqlite3_vfs* vfs, int size, char* bytes) {
  return DiskOf(vfs).real->xRandomness(DiskOf(vfs).real, size, bytes);
}
int Sleep(sqlite3_vfs* vfs, int microseconds) {
  return DiskOf(vfs).real->xSleep(DiskOf(vfs).real, microseconds);
}
int CurrentTime(sqlite3_vfs* vfs, double* julian_day) {
  return DiskOf(vfs).real->xCurrentTime(DiskOf(vfs).real, julian_day);
}
int LastError(sqlite3_vfs* vfs, int size, char* message) {
  return DiskOf(vfs).real->xGetLastError(DiskOf(vfs).real, size, message);
}
int CurrentTimeMilliseconds(sqlite3_vfs* vfs, sqlite3_int64* milliseconds) {
  return DiskOf(vfs).real->xCurrentTimeInt64(DiskOf(vfs).real, milliseconds);
}

void FillVfs(Disk& disk) {
  sqlite3_vfs& vfs = disk.vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(ForgetfulFile)) + disk.real->szOsFile;
  vfs.mxPathname = disk.real->mxPathname;
  vfs.zName = disk.name.c_str();
  vfs.pAppData = &disk;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTime;
  vfs.xGetLastError = LastError;
  vfs.xCurrentTimeInt64 = CurrentTimeMilliseconds;
}

}  // namespace

ForgetfulDisk::ForgetfulDisk(std::string vfs_name) : disk_(std::make_unique<Disk>()) {
  disk_->name = std::move(vfs_name);
  disk_->real = sqlite3_vfs_find(nullptr);
  FillVfs(*disk_);
  sqlite3_vfs_register(&disk_->vfs, 0);
}

ForgetfulDisk::~ForgetfulDisk() { sqlite3_vfs_unregister(&disk_->vfs); }

const std::string& ForgetfulDisk::vfs_name() const { return disk_->name; }

void ForgetfulDisk::CutPowerAfter(std::int64_t operations) {
  const std::lock_guard lock(disk_->mutex);
  disk_->operations_left = operations;
}

bool ForgetfulDisk::PowerIsCut() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->PowerIsCut();
}

void ForgetfulDisk::Restore(Remains remains, std::mt19937& random) {
  const std::lock_guard lock(disk_->mutex);
  for (auto& [path, file] : disk_->files) {
    fs::remove(path + "-shm");
    if (fs::exists(path)) disk_->RestoreFile(path, file, remains, random);
  }
  for (const DeletedFile& file : disk_->deleted) {
    if (!fs::exists(file.path)) std::ofstream(file.path, std::ios::binary).flush();
    fs::resize_file(file.path, 0);
    WriteAt(file.path, 0, file.contents);
  }
  disk_->files.clear();
  disk_->deleted.clear();
  disk_->operations_left = std::numeric_limits<std::int64_t>::max();
}

void ForgetfulDisk::SetFull(bool full) {
  const std::lock_guard lock(disk_->mutex);
  disk_->full = full;
}

void ForgetfulDisk::SetBroken(bool broken) {
  const std::lock_guard lock(disk_->mutex);
  disk_->broken = broken;
}

std::int64_t ForgetfulDisk::forgotten_writes() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->forgotten_writes;
}

}  // namespace glyphd
