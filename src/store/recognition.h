// One kept recognition: what came, what was answered, and what people said of it since.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/record_id.h"
#include "base/time.h"
#include "reading/reading.h"

namespace glyphd {

struct KeptPicture {
  Sha256Digest sha256{};
  std::string filename;    // as the client called it; may be empty
  std::string media_type;  // what the bytes are, not what was declared
  int width = 0;
  int height = 0;
  std::int64_t size_bytes = 0;
};

struct Correction {
  TimePoint created_at;
  std::optional<std::string> text;  // none: a person says there is no digit
};

// Milliseconds per stage, as the answer shows them.
struct Timing {
  double decode = 0;
  double ink = 0;
  double inference = 0;
  double total = 0;
};

struct Recognition {
  RecordId id;
  TimePoint created_at;
  Reading reading;
  std::string model_name;
  std::string model_version;
  KeptPicture image;
  std::string reference;  // the caller's own, up to 200 characters; may be empty
  Timing timing;
  std::optional<Correction> correction;  // the latest
};

// {"created_at":…,"text":…}; a null text says that there is no digit.
void AppendCorrectionJson(const Correction& correction, std::string& json);
// {"id":…,"created_at":…, …}: the one JSON form of a record, in the API, history and exports.
void AppendRecognitionJson(const Recognition& recognition, std::string& json);

}  // namespace glyphd
