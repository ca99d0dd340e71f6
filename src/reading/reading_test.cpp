#include "reading/reading.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

Glyph Read(std::string label, double confidence) {
  Glyph glyph;
  glyph.label = std::move(label);
  glyph.confidence = confidence;
  glyph.box = {1, 2, 30, 40};
  glyph.alternatives = {{"7", 0.0123456789}, {"4", 0.001}, {"0", 0}};
  return glyph;
}

Glyph Unreadable(double confidence) {
  Glyph glyph;
  glyph.confidence = confidence;
  glyph.box = {5, 6, 7, 8};
  glyph.reason = "unreadable";
  return glyph;
}

Reading TwoLines() {
  Reading reading;
  reading.lines.push_back({"", 0, {Read("1", 0.98765432), Read("2", 0.95)}});
  reading.lines.push_back({"", 0, {Unreadable(0.25), Read("3", 0.9)}});
  reading.rejected.push_back({{0, 0, 640, 3}, "a \"ruling\""});
  ComposeText(reading);
  return reading;
}

std::string Members(const Reading& reading) {
  std::string json;
  AppendReadingMembers(reading, json);
  return json;
}

std::string JsonString(std::string_view text) {
  std::string json;
  AppendJsonString(text, json);
  return json;
}

std::string JsonNumber(double value) {
  std::string json;
  AppendJsonNumber(value, json);
  return json;
}

TEST(ComposeText, JoinsLinesAndShowsTheUnreadableAsAQuestionMark) {
  const Reading reading = TwoLines();
  EXPECT_EQ(reading.text, "12\n?3");
  EXPECT_EQ(reading.lines[0].text, "12");
  EXPECT_EQ(reading.lines[1].text, "?3");
}

TEST(ComposeText, ConfidenceIsThatOfTheWholeText) {
  const Reading reading = TwoLines();
  EXPECT_NEAR(reading.lines[0].confidence, 0.987654 * 0.95, 1e-6);
  EXPECT_NEAR(reading.lines[1].confidence, 0.25 * 0.9, 1e-6);
  EXPECT_NEAR(reading.confidence.value(), 0.987654 * 0.95 * 0.25 * 0.9, 1e-6);
  EXPECT_TRUE(reading.needs_review);
}

TEST(ComposeText, OnlyWhatLiesBelowTheLimitNeedsReview) {
  Reading reading;
  reading.lines.push_back({"", 0, {Read("1", 0.8)}});
  ComposeText(reading, 0.8);
  EXPECT_FALSE(reading.needs_review);
  ComposeText(reading, 0.800001);
  EXPECT_TRUE(reading.needs_review);
}

TEST(ComposeText, ABlankHasNoConfidenceAndNeedsReview) {
  Reading reading;
  reading.text = "left from before";
  reading.confidence = 1;
  reading.needs_review = false;
  ComposeText(reading);
  EXPECT_EQ(reading.text, "");
  EXPECT_FALSE(reading.confidence.has_value());
  EXPECT_TRUE(reading.needs_review);
}

TEST(ReadingJson, HasTheShapeThatTheInterfacePromises) {
  Reading reading;
  Glyph glyph = Read("5", 0.75);
  glyph.alternatives = {{"3", 0.125}};
  reading.lines.push_back({"", 0, {glyph, Unreadable(0.5)}});
  reading.rejected.push_back({{9, 8, 7, 6}, "dust"});
  ComposeText(reading);
  EXPECT_EQ(Members(reading),
            R"("text":"5?","confidence":0.375,"needs_review":true,"lines":[{"text":"5?",)"
            R"("confidence":0.375,"glyphs":[{"label":"5","confidence":0.75,)"
            R"("box":{"x":1,"y":2,"width":30,"height":40},)"
            R"("alternatives":[{"label":"3","confidence":0.125}]},)"
            R"({"label":null,"confidence":0.5,"box":{"x":5,"y":6,"width":7,"height":8},)"
            R"("alternatives":[],"reason":"unreadable"}]}],)"
            R"("rejected":[{"box":{"x":9,"y":8,"width":7,"height":6},"reason":"dust"}])");
}

TEST(ReadingJson, ABlankIsNullConfidenceAndEmptyLists) {
  Reading reading;
  ComposeText(reading);
  EXPECT_EQ(Members(reading),
            R"("text":"","confidence":null,"needs_review":true,"lines":[],"rejected":[])");
}

TEST(ReadingJson, WhatComesBackFromAStoreIsWhatWasAnswered) {
  const Reading answered = TwoLines();
  Result<Reading> kept = MarksFromJson(MarksToJson(answered));
  ASSERT_TRUE(kept.ok()) << kept.error().message;
  ComposeText(*kept);
  EXPECT_EQ(Members(*kept), Members(answered));
}

TEST(ReadingJson, RoundTripKeepsEveryConfidenceToTheLastDigit) {
  for (int i = 0; i <= 2000; ++i) {
    Reading reading;
    reading.lines.push_back({"", 0, {Read("8", i / 2000.0 * 0.999999)}});
    ComposeText(reading);
    Result<Reading> kept = MarksFromJson(MarksToJson(reading));
    ASSERT_TRUE(kept.ok());
    ComposeText(*kept);
    ASSERT_EQ(kept->confidence, reading.confidence) << i;
  }
}

TEST(ReadingJson, DamagedMarksAreCorruptNotACrash) {
  const std::string whole = MarksToJson(TwoLines());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Result<Reading> cut = MarksFromJson(std::string_view(whole).substr(0, length));
    ASSERT_FALSE(cut.ok()) << length;
    EXPECT_EQ(cut.error().code, ErrorCode::kCorrupt);
  }
  for (const char* json :
       {"[]", "{}", "null", R"({"lines":1,"rejected":[]})", R"({"lines":[1],"rejected":[]})",
        R"({"lines":[],"rejected":[{"box":{"x":1e99,"y":0,"width":1,"height":1},"reason":""}]})",
        R"({"lines":[{"text":"1","confidence":"high","glyphs":[]}],"rejected":[]})"}) {
    EXPECT_FALSE(MarksFromJson(json).ok()) << json;
  }
  EXPECT_FALSE(MarksFromJson(std::string(100'000, '[')).ok());
}

TEST(JsonString, EscapesWhatJsonWants) {
  EXPECT_EQ(JsonString("plain"), R"("plain")");
  EXPECT_EQ(JsonString(""), R"("")");
  EXPECT_EQ(JsonString("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(JsonString(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\\u007f\"");
}

TEST(JsonString, KeepsWellFormedUtf8) {
  for (const char* text :
       {"Zürich", "数字", "🖊", "\u07FF\u0800\uD7FF\uE000\uFFFD\U00010000\U0010FFFF"}) {
    EXPECT_EQ(JsonString(text), '"' + std::string(text) + '"');
  }
}

TEST(JsonString, ReplacesWhatIsNoUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(JsonString("a\xFFz"), "\"a" + bad + "z\"");
  EXPECT_EQ(JsonString("\xC3"), '"' + bad + '"');                      // cut short
  EXPECT_EQ(JsonString("\xC0\xAF"), '"' + bad + bad + '"');            // overlong
  EXPECT_EQ(JsonString("\xE0\x80\xAF"), '"' + bad + bad + bad + '"');  // overlong
  EXPECT_EQ(JsonString("\xED\xA0\x80"), '"' + bad + bad + bad + '"');  // surrogate
  EXPECT_EQ(JsonString("\xF4\x90\x80\x80"), '"' + bad + bad + bad + bad + '"');
  EXPECT_EQ(JsonString("\xE2\x82(x"), '"' + bad + bad + "(x\"");
}

TEST(JsonNumber, IsTheShortestThatReadsBack) {
  EXPECT_EQ(JsonNumber(0.1), "0.1");
  EXPECT_EQ(JsonNumber(1), "1");
  EXPECT_EQ(JsonNumber(0), "0");
  EXPECT_EQ(JsonNumber(-2.5), "-2.5");
  EXPECT_EQ(JsonNumber(1.0 / 3), "0.3333333333333333");
}

TEST(JsonNumber, WhatIsNoNumberIsNull) {
  EXPECT_EQ(JsonNumber(std::nan("")), "null");
  EXPECT_EQ(JsonNumber(std::numeric_limits<double>::infinity()), "null");
}

}  // namespace
}  // namespace glyphd
