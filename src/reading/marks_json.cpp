// The marks of a reading as JSON, out and in.

#include <exception>

#include <boost/json.hpp>

#include "reading/reading.h"

namespace glyphd {
namespace {

template <typename Items, typename AppendItem>
void AppendArray(const Items& items, std::string& json, AppendItem append_item) {
  json += '[';
  for (const auto& item : items) {
    if (&item != &items.front()) json += ',';
    append_item(item, json);
  }
  json += ']';
}

void AppendBox(const Box& box, std::string& json) {
  json += "\"box\":{\"x\":" + std::to_string(box.x);
  json += ",\"y\":" + std::to_string(box.y);
  json += ",\"width\":" + std::to_string(box.width);
  json += ",\"height\":" + std::to_string(box.height) + '}';
}

void AppendAlternative(const Alternative& alternative, std::string& json) {
  json += "{\"label\":";
  AppendJsonString(alternative.label, json);
  json += ",\"confidence\":";
  AppendJsonNumber(alternative.confidence, json);
  json += '}';
}

void AppendLabel(const std::optional<std::string>& label, std::string& json) {
  json += "\"label\":";
  if (label) {
    AppendJsonString(*label, json);
  } else {
    json += "null";
  }
}

void AppendGlyph(const Glyph& glyph, std::string& json) {
  json += '{';
  AppendLabel(glyph.label, json);
  json += ",\"confidence\":";
  AppendJsonNumber(glyph.confidence, json);
  json += ',';
  AppendBox(glyph.box, json);
  json += ",\"alternatives\":";
  AppendArray(glyph.alternatives, json, AppendAlternative);
  if (glyph.reason) {
    json += ",\"reason\":";
    AppendJsonString(*glyph.reason, json);
  }
  json += '}';
}

void AppendLine(const Line& line, std::string& json) {
  json += "{\"text\":";
  AppendJsonString(line.text, json);
  json += ",\"confidence\":";
  AppendJsonNumber(line.confidence, json);
  json += ",\"glyphs\":";
  AppendArray(line.glyphs, json, AppendGlyph);
  json += '}';
}

void AppendRejected(const Rejected& rejected, std::string& json) {
  json += '{';
  AppendBox(rejected.box, json);
  json += ",\"reason\":";
  AppendJsonString(rejected.reason, json);
  json += '}';
}

void AppendMarks(const Reading& reading, std::string& json) {
  json += "\"lines\":";
  AppendArray(reading.lines, json, AppendLine);
  json += ",\"rejected\":";
  AppendArray(reading.rejected, json, AppendRejected);
}

// The readers below throw what Boost.JSON throws on a missing member or one of another type;
// MarksFromJson() turns all of that into one error.

std::string ReadText(const boost::json::object& object, std::string_view key) {
  return std::string(std::string_view(object.at(key).as_string()));
}

std::optional<std::string> ReadOptionalText(const boost::json::object& object,
                                            std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return std::string(std::string_view(value->as_string()));
}

double ReadNumber(const boost::json::object& object, std::string_view key) {
  return object.at(key).to_number<double>();
}

template <typename Item>
std::vector<Item> ReadArray(const boost::json::object& object, std::string_view key,
                            Item (*read_item)(const boost::json::object&)) {
  std::vector<Item> items;
  for (const boost::json::value& value : object.at(key).as_array()) {
    items.push_back(read_item(value.as_object()));
  }
  return items;
}

Box ReadBox(const boost::json::object& object) {
  const boost::json::object& box = object.at("box").as_object();
  return {box.at("x").to_number<int>(), box.at("y").to_number<int>(),
          box.at("width").to_number<int>(), box.at("height").to_number<int>()};
}

Alternative ReadAlternative(const boost::json::object& object) {
  return {ReadText(object, "label"), ReadNumber(object, "confidence")};
}

Glyph ReadGlyph(const boost::json::object& object) {
  Glyph glyph;
  glyph.label = ReadOptionalText(object, "label");
  glyph.confidence = ReadNumber(object, "confidence");
  glyph.box = ReadBox(object);
  glyph.alternatives = ReadArray(object, "alternatives", ReadAlternative);
  glyph.reason = ReadOptionalText(object, "reason");
  return glyph;
}

Line ReadLine(const boost::json::object& object) {
  Line line;
  line.text = ReadText(object, "text");
  line.confidence = ReadNumber(object, "confidence");
  line.glyphs = ReadArray(object, "glyphs", ReadGlyph);
  return line;
}

Rejected ReadRejected(const boost::json::object& object) {
  return {ReadBox(object), ReadText(object, "reason")};
}

Reading ReadMarks(const boost::json::object& object) {
  Reading reading;
  reading.lines = ReadArray(object, "lines", ReadLine);
  reading.rejected = ReadArray(object, "rejected", ReadRejected);
  return reading;
}

}  // namespace

void AppendReadingMembers(const Reading& reading, std::string& json) {
  json += "\"text\":";
  AppendJsonString(reading.text, json);
  json += ",\"confidence\":";
  if (reading.confidence) {
    AppendJsonNumber(*reading.confidence, json);
  } else {
    json += "null";
  }
  json += ",\"needs_review\":";
  json += reading.needs_review ? "true," : "false,";
  AppendMarks(reading, json);
}

std::string MarksToJson(const Reading& reading) {
  std::string json = "{";
  AppendMarks(reading, json);
  json += '}';
  return json;
}

Result<Reading> MarksFromJson(std::string_view json) {
  try {
    return ReadMarks(boost::json::parse(json).as_object());
  } catch (const std::exception& error) {
    return Corrupt(std::string("the kept marks of a reading are damaged: ") + error.what());
  }
}

}  // namespace glyphd
