// What was read from one picture: the text, how sure it is, and where every mark lies.
//
// Units     boxes in whole pixels of the upright picture; confidences are probabilities 0 … 1
// Threads   plain values
// Errors    MarksFromJson(): kCorrupt, for the JSON is our own
// Cost      writing builds no tree: it appends to the caller's string

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "picture/picture.h"

namespace glyphd {

struct Alternative {
  std::string label;
  double confidence = 0;
};

struct Glyph {
  std::optional<std::string> label;  // none: held to be a digit but unreadable, "?" in the text
  double confidence = 0;
  Box box;
  std::vector<Alternative> alternatives;  // the next three
  std::optional<std::string> reason;      // why it is unreadable
};

struct Line {
  std::string text;
  double confidence = 0;  // that the whole line is right
  std::vector<Glyph> glyphs;
};

struct Rejected {
  Box box;
  std::string reason;
};

struct Reading {
  std::string text;                  // lines joined by a line feed; empty: blank
  std::optional<double> confidence;  // that the whole text is right; none: blank
  bool needs_review = true;
  std::vector<Line> lines;
  std::vector<Rejected> rejected;
};

// Fills line texts and confidences, text, confidence and needs_review from the glyphs: the
// product of the glyphs' confidences, and a review below `review_below` or for a blank.
// Rounds every confidence to six decimals, glyphs' and alternatives' too, so that a record that
// comes back from a store is exactly the one that was answered.
void ComposeText(Reading& reading, double review_below = 0.9);

// Appends the members `"text":…,"confidence":…,"needs_review":…,"lines":…,"rejected":…` without
// braces, so that the record and `glyphd read --json` share them.
void AppendReadingMembers(const Reading& reading, std::string& json);
// {"lines":…,"rejected":…} as a store keeps it, and back (then ComposeText restores the rest).
std::string MarksToJson(const Reading& reading);
Result<Reading> MarksFromJson(std::string_view json);

// Appends a JSON string with its quotes; invalid UTF-8 becomes U+FFFD.
void AppendJsonString(std::string_view text, std::string& json);
// Appends the shortest decimal that reads back as the same double; 0.1 stays 0.1.
void AppendJsonNumber(double value, std::string& json);

}  // namespace glyphd
