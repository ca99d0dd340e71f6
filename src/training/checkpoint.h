// Keeps a training's state in a file, so that it can be stopped and continued.
//
// Bytes     "GLYTRN01"; the settings as text; the state's numbers; last the SHA-256 of all that.
//           Numbers are in the machine's own order and width (all that oneDNN trains on is
//           little-endian): a checkpoint is continued where it was made, it is no exchange format
// Threads   pure but for the file
// Errors    write: kUnavailable: the disk is full or the folder not writable; the checkpoint
//           before stays. Read: kNotFound: no file; kCorrupt: damaged; kConflict: made with other
//           data or settings, which the message names

#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"
#include "training/trainer.h"

namespace glyphd {

// What must be the same for a run to be continued: "seed" → "1", "data" → a hash …
using TrainingSettings = std::map<std::string, std::string>;

TrainingSettings SettingsOf(const LabelledGlyphs& data, const TrainingOptions& options);

// Written beside and renamed, so that a crash leaves the one before.
Status WriteCheckpoint(const std::filesystem::path& path, const TrainingSettings& settings,
                       const TrainingState& state);
Result<TrainingState> ReadCheckpoint(const std::filesystem::path& path,
                                     const TrainingSettings& settings);

}  // namespace glyphd
