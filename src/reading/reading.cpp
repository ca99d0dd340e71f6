#include "reading/reading.h"

#include <cmath>

namespace glyphd {
namespace {

constexpr std::string_view kUnreadable = "?";

double RoundToSixDecimals(double confidence) { return std::round(confidence * 1e6) / 1e6; }

void RoundConfidences(Glyph& glyph) {
  glyph.confidence = RoundToSixDecimals(glyph.confidence);
  for (Alternative& alternative : glyph.alternatives) {
    alternative.confidence = RoundToSixDecimals(alternative.confidence);
  }
}

void ComposeLine(Line& line) {
  line.text.clear();
  double all_right = 1;
  for (Glyph& glyph : line.glyphs) {
    RoundConfidences(glyph);
    line.text += glyph.label ? std::string_view(*glyph.label) : kUnreadable;
    all_right *= glyph.confidence;
  }
  line.confidence = RoundToSixDecimals(all_right);
}

double ProductOfGlyphs(const Reading& reading) {
  double all_right = 1;
  for (const Line& line : reading.lines) {
    for (const Glyph& glyph : line.glyphs) all_right *= glyph.confidence;
  }
  return RoundToSixDecimals(all_right);
}

std::string JoinLines(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    if (&line != &lines.front()) text += '\n';
    text += line.text;
  }
  return text;
}

}  // namespace

void ComposeText(Reading& reading, double review_below) {
  for (Line& line : reading.lines) ComposeLine(line);
  reading.text = JoinLines(reading.lines);
  reading.confidence.reset();
  if (!reading.lines.empty()) reading.confidence = ProductOfGlyphs(reading);
  reading.needs_review = !reading.confidence || *reading.confidence < review_below;
}

}  // namespace glyphd
