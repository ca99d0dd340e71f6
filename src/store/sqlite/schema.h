// The tables of the embedded store and the steps that lead to them from older files.
//
// Errors    kCorrupt: damaged, or the file of another program
//           kUnsupported: made by a newer glyphd
// Cost      quick_check reads the whole file, so only files up to 16 MiB get it: about 20 ms
// Bytes     docs/formats/sqlite.md

#pragma once

#include <filesystem>
#include <span>

#include "base/result.h"
#include "store/sqlite/database.h"

namespace glyphd {

// On disk: "glyf" in PRAGMA application_id.
inline constexpr int kApplicationId = 0x676c7966;

// Step i leads from version i to version i + 1; steps that were released never change.
std::span<const char* const> SchemaSteps();

// The first bytes, before SQLite touches anything. A missing or empty file is fine.
Status CheckFileHeader(const std::filesystem::path& path);
// Whose file it is, whether this program knows its version, and whether it is sound.
// Changes nothing.
Status CheckDatabase(Connection& connection, std::span<const char* const> steps);
// For a reader, which cannot migrate. kUnsupported: older than this program.
Status CheckUpToDate(Connection& connection, std::span<const char* const> steps);
// Takes every step that is missing, all or none of them.
Status Migrate(Connection& connection, std::span<const char* const> steps);

}  // namespace glyphd
