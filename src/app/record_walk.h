// Goes through the kept recognitions of a data folder, beside a running server or without one.
//
// Threads   one
// Errors    those of the store; whatever the visitor returns ends the walk

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/recognition_store.h"

namespace glyphd {

// Opened for reading only. kNotFound: there is no database yet.
Result<std::unique_ptr<RecognitionStore>> OpenHistory(const std::filesystem::path& database);

// Visits the newest `most` records that pass the filter (0: all), the newest first.
Status WalkRecords(RecognitionStore& store, const RecognitionFilter& filter, std::size_t most,
                   const std::function<Status(const Recognition&)>& visit);

// "0190a5b0-….png": a file name for the picture of a record.
std::string PictureFileName(const Recognition& recognition);

}  // namespace glyphd
