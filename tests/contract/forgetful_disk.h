// A disk for SQLite that keeps only what was synced: as a test VFS over the system's own.
//
// Writes reach the real files at once, so that reading works, and are remembered until their
// file is synced. When the power is cut, every further call fails; Restore() then takes the
// writes that were not synced out of the files again, and files whose entry in the folder was
// not synced with them. A real disk may have kept any part of those writes, so Restore() can
// also let a random part of them stand, whole or torn.
//
// Threads   safe from any; Restore() when no connection is open
// Source    https://www.sqlite.org/vfs.html; directory syncs as in os_unix.c, which does one
//           with the first sync of a new journal or write-ahead log

#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace glyphd {

class ForgetfulDisk {
 public:
  explicit ForgetfulDisk(std::string vfs_name);  // registers the VFS
  ~ForgetfulDisk();

  const std::string& vfs_name() const;

  void CutPowerAfter(std::int64_t operations);  // writes, truncations, syncs and deletions
  bool PowerIsCut() const;

  enum class Remains { kSyncedOnly, kSyncedAndSomeOfTheRest };
  // Makes the files what a restart would find, and switches the power on.
  void Restore(Remains remains, std::mt19937& random);

  // While set, writing gives SQLITE_FULL or SQLITE_IOERR.
  void SetFull(bool full);
  void SetBroken(bool broken);

  std::int64_t forgotten_writes() const;  // by all Restore() so far

  struct Disk;

 private:
  std::unique_ptr<Disk> disk_;
};

}  // namespace glyphd
