#include "contract/example_records.h"

#include <utility>

namespace glyphd {
namespace {

Reading ExampleReading(int number) {
  Glyph sure{"1", 0.99, {1, 2, 3, 4}, {{"7", 0.005}, {"4", 0.003}, {"2", 0.001}}, std::nullopt};
  Glyph unreadable{std::nullopt, 0.3, {9, 2, 3, 4}, {}, "smeared"};
  Reading reading;
  reading.lines.push_back({"", 0, {sure, unreadable}});
  reading.rejected.push_back({{20, 20, 2, 2}, "a dot"});
  ComposeText(reading);
  reading.text = std::to_string(number);
  return reading;
}

Bytes ExamplePicture(int number) {
  Bytes bytes(static_cast<std::size_t>(200 + number % 400));
  std::uint32_t state = static_cast<std::uint32_t>(number) * 2654435761U + 1;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

}  // namespace

NewRecognition ExampleRecordAt(int number, TimePoint created_at) {
  NewRecognition made;
  made.picture = std::make_shared<const Bytes>(ExamplePicture(number));
  Recognition& record = made.recognition;
  record.id = RecordId::Next(created_at);
  record.created_at = created_at;
  record.reading = ExampleReading(number);
  record.model_name = "digits";
  record.model_version = "1.2";
  record.image = {Sha256(*made.picture),
                  std::to_string(number) + ".png",
                  "image/png",
                  28,
                  30,
                  static_cast<std::int64_t>(made.picture->size())};
  record.reference = "order " + std::to_string(number);
  record.timing = {0.125, 0.25, 0.5, 1};
  return made;
}

NewRecognition ExampleRecord(int number) { return ExampleRecordAt(number, Now()); }

PutGroup GroupOf(NewRecognition recognition) {
  PutGroup group;
  group.recognitions.push_back(std::move(recognition));
  return group;
}

IdempotentAnswer ExampleAnswer(std::string key) {
  return {std::move(key), Sha256(AsBytes("request")), Now(), "/api/v1/recognitions/1", "{}"};
}

std::string JsonOf(const Recognition& recognition) {
  std::string json;
  AppendRecognitionJson(recognition, json);
  return json;
}

}  // namespace glyphd
