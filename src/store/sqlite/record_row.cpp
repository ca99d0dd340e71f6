#include "store/sqlite/record_row.h"

#include <algorithm>
#include <limits>
#include <string>

namespace glyphd {
namespace {

// On disk: the order of kRecordColumns.
enum Column : int {
  kKey,
  kId,
  kText,
  kConfidence,
  kNeedsReview,
  kModelName,
  kModelVersion,
  kFilename,
  kReference,
  kMediaType,
  kWidth,
  kHeight,
  kSizeBytes,
  kSha256,
  kDecodeMs,
  kInkMs,
  kInferenceMs,
  kTotalMs,
  kMarks,
  kPicture,
};

constexpr int ParameterOf(Column column) { return column + 1; }

constexpr std::int64_t kMaxMicroseconds =
    std::numeric_limits<std::int64_t>::max() / kKeysPerMicrosecond;

// NULL keeps rows without one out of their index.
void BindUnlessEmpty(Query& insert, Column column, std::string_view text) {
  if (text.empty()) {
    insert.BindNull(ParameterOf(column));
  } else {
    insert.Bind(ParameterOf(column), text);
  }
}

void BindReading(Query& insert, const Reading& reading) {
  insert.Bind(ParameterOf(kText), std::string_view(reading.text));
  insert.Bind(ParameterOf(kNeedsReview), std::int64_t{reading.needs_review ? 1 : 0});
  if (reading.confidence) {
    insert.Bind(ParameterOf(kConfidence), *reading.confidence);
  } else {
    insert.BindNull(ParameterOf(kConfidence));
  }
}

void BindImage(Query& insert, const KeptPicture& image) {
  BindUnlessEmpty(insert, kFilename, image.filename);
  insert.Bind(ParameterOf(kMediaType), std::string_view(image.media_type))
      .Bind(ParameterOf(kWidth), std::int64_t{image.width})
      .Bind(ParameterOf(kHeight), std::int64_t{image.height})
      .Bind(ParameterOf(kSizeBytes), image.size_bytes)
      .Bind(ParameterOf(kSha256), ByteView(image.sha256));
}

void BindTiming(Query& insert, const Timing& timing) {
  insert.Bind(ParameterOf(kDecodeMs), timing.decode)
      .Bind(ParameterOf(kInkMs), timing.ink)
      .Bind(ParameterOf(kInferenceMs), timing.inference)
      .Bind(ParameterOf(kTotalMs), timing.total);
}

// `model` is a name, or name@version.
bool ModelMatches(const Query& row, std::string_view model) {
  const std::string_view name = row.Text(kModelName);
  if (model == name) return true;
  return model.size() > name.size() && model.starts_with(name) && model[name.size()] == '@' &&
         model.substr(name.size() + 1) == row.Text(kModelVersion);
}

// A blank has no confidence and matches no bound.
bool ConfidenceMatches(const Query& row, const RecognitionFilter& filter) {
  if (!filter.min_confidence && !filter.max_confidence) return true;
  if (row.IsNull(kConfidence)) return false;
  const double confidence = row.Real(kConfidence);
  return confidence >= filter.min_confidence.value_or(confidence) &&
         confidence <= filter.max_confidence.value_or(confidence);
}

bool TextMatches(const Query& row, Column column, const std::optional<std::string>& wanted) {
  return !wanted || row.Text(column) == *wanted;
}

template <std::size_t kSize>
bool ReadOctets(const Query& row, Column column, std::array<std::uint8_t, kSize>& octets) {
  const ByteView blob = row.Blob(column);
  if (blob.size() != kSize) return false;
  std::copy(blob.begin(), blob.end(), octets.begin());
  return true;
}

Result<Reading> ReadReading(const Query& row) {
  Result<Reading> reading = MarksFromJson(row.Text(kMarks));
  if (!reading) return reading;
  ComposeText(*reading);
  // What was answered counts, also when texts are composed otherwise one day.
  reading->text = row.Text(kText);
  reading->needs_review = row.Integer(kNeedsReview) != 0;
  reading->confidence.reset();
  if (!row.IsNull(kConfidence)) reading->confidence = row.Real(kConfidence);
  return reading;
}

KeptPicture ReadImage(const Query& row) {
  KeptPicture image;
  image.filename = row.Text(kFilename);
  image.media_type = row.Text(kMediaType);
  image.width = static_cast<int>(row.Integer(kWidth));
  image.height = static_cast<int>(row.Integer(kHeight));
  image.size_bytes = row.Integer(kSizeBytes);
  return image;
}

}  // namespace

std::int64_t FirstKeyOf(TimePoint time) {
  const std::int64_t microseconds = time.time_since_epoch().count();
  return std::clamp(microseconds, -kMaxMicroseconds, kMaxMicroseconds) * kKeysPerMicrosecond;
}

TimePoint TimeOfKey(std::int64_t key) {
  return TimePoint(std::chrono::microseconds(key >> kKeyNumberBits));
}

Status CheckKeepable(TimePoint created_at) {
  if (TimeOfKey(FirstKeyOf(created_at)) == created_at) return {};
  return InvalidInput("a record cannot be kept with the time " + FormatTime(created_at) +
                      "; set the clock");
}

void BindRecord(Query& insert, std::int64_t key, const NewRecognition& recognition,
                std::string_view marks) {
  const Recognition& record = recognition.recognition;
  insert.Bind(ParameterOf(kKey), key).Bind(ParameterOf(kId), ByteView(record.id.octets()));
  BindReading(insert, record.reading);
  insert.Bind(ParameterOf(kModelName), std::string_view(record.model_name))
      .Bind(ParameterOf(kModelVersion), std::string_view(record.model_version));
  BindUnlessEmpty(insert, kReference, record.reference);
  BindImage(insert, record.image);
  BindTiming(insert, record.timing);
  insert.Bind(ParameterOf(kMarks), marks);
  insert.Bind(ParameterOf(kPicture),
              recognition.picture ? ByteView(*recognition.picture) : ByteView());
}

std::int64_t KeyOfRow(const Query& row) { return row.Integer(kKey); }

bool RowMatches(const Query& row, const RecognitionFilter& filter) {
  return TextMatches(row, kText, filter.text) && TextMatches(row, kFilename, filter.filename) &&
         TextMatches(row, kReference, filter.reference) &&
         (!filter.model || ModelMatches(row, *filter.model)) && ConfidenceMatches(row, filter) &&
         (!filter.needs_review || *filter.needs_review == (row.Integer(kNeedsReview) != 0));
}

Result<Recognition> ReadRecord(const Query& row) {
  Recognition recognition;
  RecordId::Octets id{};
  recognition.image = ReadImage(row);
  if (!ReadOctets(row, kId, id) || !ReadOctets(row, kSha256, recognition.image.sha256)) {
    return Corrupt("the row with key " + std::to_string(KeyOfRow(row)) +
                   " has an id or digest of the wrong length; restore the database from a backup");
  }
  recognition.id = RecordId(id);
  recognition.created_at = TimeOfKey(KeyOfRow(row));
  Result<Reading> reading = ReadReading(row);
  if (!reading) return std::move(reading).error().During("read " + recognition.id.ToString());
  recognition.reading = std::move(*reading);
  recognition.model_name = row.Text(kModelName);
  recognition.model_version = row.Text(kModelVersion);
  recognition.reference = row.Text(kReference);
  recognition.timing = {row.Real(kDecodeMs), row.Real(kInkMs), row.Real(kInferenceMs),
                        row.Real(kTotalMs)};
  return recognition;
}

}  // namespace glyphd
