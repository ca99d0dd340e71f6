// How a recognition lies in a row of `records`, and what its key says.
//
// Bytes     docs/formats/sqlite.md

#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "store/recognition_store.h"
#include "store/sqlite/database.h"

namespace glyphd {

// On disk: a key is the microsecond of creation and a number within it, so that the newest
// row is the last of the table, a new row goes to its end, and times need no index.
inline constexpr int kKeyNumberBits = 10;
inline constexpr std::int64_t kKeysPerMicrosecond = std::int64_t{1} << kKeyNumberBits;

// The first key of that microsecond; times outside of what a key can hold (the years 1684 to
// 2255) give the nearest that it can.
std::int64_t FirstKeyOf(TimePoint time);
TimePoint TimeOfKey(std::int64_t key);
Status CheckKeepable(TimePoint created_at);

// Parameter i of the insert is column i - 1 of the list.
inline constexpr std::string_view kRecordColumns =
    "key, id, text, confidence, needs_review, model_name, model_version, filename, reference, "
    "media_type, width, height, size_bytes, sha256, decode_ms, ink_ms, inference_ms, total_ms, "
    "marks";
inline constexpr std::string_view kInsertRecord =
    "INSERT INTO records VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
    "?16, ?17, ?18, ?19, ?20) ON CONFLICT(id) DO NOTHING";

// `marks` is MarksToJson() of the reading and, like the recognition, outlives the query.
void BindRecord(Query& insert, std::int64_t key, const NewRecognition& recognition,
                std::string_view marks);

std::int64_t KeyOfRow(const Query& row);
// All but `corrected`, which is not in the row.
bool RowMatches(const Query& row, const RecognitionFilter& filter);
// Without the correction. kCorrupt: the row is not one that BindRecord() wrote.
Result<Recognition> ReadRecord(const Query& row);

}  // namespace glyphd
