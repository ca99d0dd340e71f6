#include "store/recognition.h"

#include <string_view>

namespace glyphd {
namespace {

void AppendTextMember(std::string_view name_and_colon, std::string_view text, std::string& json) {
  json += name_and_colon;
  AppendJsonString(text, json);
}

// What a client did not say is null, not an empty string.
void AppendOptionalTextMember(std::string_view name_and_colon, std::string_view text,
                              std::string& json) {
  if (!text.empty()) return AppendTextMember(name_and_colon, text, json);
  json += name_and_colon;
  json += "null";
}

void AppendMilliseconds(std::string_view name_and_colon, double milliseconds, std::string& json) {
  json += name_and_colon;
  AppendJsonNumber(milliseconds, json);
}

void AppendModel(const Recognition& recognition, std::string& json) {
  AppendTextMember(",\"model\":{\"name\":", recognition.model_name, json);
  AppendTextMember(",\"version\":", recognition.model_version, json);
  json += '}';
}

void AppendImage(const KeptPicture& image, std::string& json) {
  AppendTextMember(",\"image\":{\"sha256\":", ToHex(image.sha256), json);
  AppendOptionalTextMember(",\"filename\":", image.filename, json);
  AppendTextMember(",\"media_type\":", image.media_type, json);
  json += ",\"width\":" + std::to_string(image.width);
  json += ",\"height\":" + std::to_string(image.height);
  json += ",\"bytes\":" + std::to_string(image.size_bytes) + '}';
}

void AppendTiming(const Timing& timing, std::string& json) {
  AppendMilliseconds(",\"timing_ms\":{\"decode\":", timing.decode, json);
  AppendMilliseconds(",\"ink\":", timing.ink, json);
  AppendMilliseconds(",\"inference\":", timing.inference, json);
  AppendMilliseconds(",\"total\":", timing.total, json);
  json += '}';
}

void AppendLatestCorrection(const std::optional<Correction>& correction, std::string& json) {
  json += ",\"correction\":";
  if (correction) {
    AppendCorrectionJson(*correction, json);
  } else {
    json += "null";
  }
}

}  // namespace

void AppendCorrectionJson(const Correction& correction, std::string& json) {
  AppendTextMember("{\"created_at\":", FormatTime(correction.created_at), json);
  json += ",\"text\":";
  if (correction.text) {
    AppendJsonString(*correction.text, json);
  } else {
    json += "null";
  }
  json += '}';
}

void AppendRecognitionJson(const Recognition& recognition, std::string& json) {
  AppendTextMember("{\"id\":", recognition.id.ToString(), json);
  AppendTextMember(",\"created_at\":", FormatTime(recognition.created_at), json);
  json += ',';
  AppendReadingMembers(recognition.reading, json);
  AppendModel(recognition, json);
  AppendImage(recognition.image, json);
  AppendOptionalTextMember(",\"reference\":", recognition.reference, json);
  AppendTiming(recognition.timing, json);
  AppendLatestCorrection(recognition.correction, json);
  json += '}';
}

}  // namespace glyphd
