#include "recognition/recognizer.h"

#include <deque>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Says what it was told to, one answer a glyph.
class ScriptedClassifier : public Classifier {
 public:
  const std::string& name() const override { return name_; }
  const std::string& version() const override { return name_; }
  const std::vector<std::string>& labels() const override { return labels_; }
  Status Classify(std::span<const GlyphImage> glyphs,
                  std::span<float> probabilities) const override {
    calls.push_back(glyphs.size());
    if (failure) return *failure;
    auto out = probabilities.begin();
    for (std::size_t i = 0; i < glyphs.size(); ++i) {
      out = std::copy(answers.front().begin(), answers.front().end(), out);
      answers.pop_front();
    }
    return {};
  }

  mutable std::deque<std::vector<float>> answers;
  mutable std::vector<std::size_t> calls;
  std::optional<Error> failure;

 private:
  std::string name_ = "scripted";
  std::vector<std::string> labels_ = {"0", "1", "2", "3", "4"};
};

Mark MarkAt(int x) {
  Mark mark;
  mark.box = {x, 1, 10, 20};
  return mark;
}

PreparedPicture Prepared(std::vector<std::size_t> marks_of_lines) {
  PreparedPicture picture;
  int x = 0;
  for (const std::size_t marks : marks_of_lines) {
    InkLine line;
    for (std::size_t i = 0; i < marks; ++i) line.marks.push_back(MarkAt(++x));
    picture.ink.lines.push_back(std::move(line));
  }
  return picture;
}

// A 24-bit BMP: a format that a test can write by itself.
Bytes Bmp(int width, int height, const std::vector<Box>& black) {
  const std::size_t stride = (static_cast<std::size_t>(width) * 3 + 3) / 4 * 4;
  Bytes bytes(54 + stride * static_cast<std::size_t>(height), 255);
  const auto put = [&bytes](std::size_t at, std::size_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  };
  for (std::size_t at = 0; at < 54; ++at) bytes[at] = 0;
  bytes[0] = 'B';
  bytes[1] = 'M';
  put(2, bytes.size());
  put(10, 54);
  put(14, 40);
  put(18, static_cast<std::size_t>(width));
  put(22, static_cast<std::size_t>(height));
  bytes[26] = 1;
  bytes[28] = 24;
  for (const Box& box : black) {
    for (int y = box.y; y < box.y + box.height; ++y) {
      const auto row = 54 + stride * static_cast<std::size_t>(height - 1 - y);
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(row) + 3 * box.x, 3 * box.width,
                  std::uint8_t{0});
    }
  }
  return bytes;
}

class RecognizerTest : public testing::Test {
 protected:
  std::shared_ptr<ScriptedClassifier> classifier_ = std::make_shared<ScriptedClassifier>();
  Recognizer recognizer_{classifier_};
};

TEST_F(RecognizerTest, GivesTheLikeliestLabelAndTheNextThree) {
  classifier_->answers = {{0.01F, 0.02F, 0.9F, 0.03F, 0.04F}};
  const PreparedPicture picture = Prepared({1});
  const auto readings = recognizer_.ReadPrepared({&picture, 1});
  ASSERT_TRUE(readings.ok());
  const Glyph& glyph = readings->front().lines.front().glyphs.front();
  EXPECT_EQ(glyph.label, "2");
  EXPECT_DOUBLE_EQ(glyph.confidence, 0.9);
  EXPECT_EQ(glyph.box, (Box{1, 1, 10, 20}));
  ASSERT_THAT(glyph.alternatives, SizeIs(3));
  EXPECT_EQ(glyph.alternatives[0].label, "4");
  EXPECT_EQ(glyph.alternatives[1].label, "3");
  EXPECT_EQ(glyph.alternatives[2].label, "1");
  EXPECT_DOUBLE_EQ(glyph.alternatives[0].confidence, 0.04);
  EXPECT_FALSE(readings->front().needs_review);
}

TEST_F(RecognizerTest, AMarkThatCouldBeAnythingIsAQuestionMarkWithItsBestGuesses) {
  classifier_->answers = {{0.1F, 0.39F, 0.2F, 0.16F, 0.15F}};
  const PreparedPicture picture = Prepared({1});
  const auto readings = recognizer_.ReadPrepared({&picture, 1});
  ASSERT_TRUE(readings.ok());
  const Glyph& glyph = readings->front().lines.front().glyphs.front();
  EXPECT_EQ(readings->front().text, "?");
  EXPECT_FALSE(glyph.label.has_value());
  EXPECT_EQ(glyph.reason, "unreadable");
  ASSERT_THAT(glyph.alternatives, SizeIs(3));
  EXPECT_EQ(glyph.alternatives[0].label, "1");
  EXPECT_TRUE(readings->front().needs_review);
}

TEST_F(RecognizerTest, AGroupTakesOneCallAndEveryPictureKeepsItsOwnAnswer) {
  const auto sure = [](std::size_t label) {
    std::vector<float> answer(5, 0.0F);
    answer[label] = 1;
    return answer;
  };
  for (const std::size_t label : {1, 2, 3, 4, 0}) classifier_->answers.push_back(sure(label));
  const std::vector<PreparedPicture> pictures = {Prepared({2, 1}), Prepared({}), Prepared({2})};
  const auto readings = recognizer_.ReadPrepared(pictures);
  ASSERT_TRUE(readings.ok());
  EXPECT_THAT(classifier_->calls, ElementsAre(5));
  ASSERT_THAT(*readings, SizeIs(3));
  EXPECT_EQ((*readings)[0].text, "12\n3");
  EXPECT_EQ((*readings)[1].text, "");
  EXPECT_EQ((*readings)[2].text, "40");
}

TEST_F(RecognizerTest, BlankPicturesAreReadWithoutTheEngine) {
  const Bytes blank = Bmp(64, 48, {});
  const auto reading = recognizer_.Read(blank, {});
  ASSERT_TRUE(reading.ok()) << reading.error().message;
  EXPECT_THAT(reading->lines, IsEmpty());
  EXPECT_FALSE(reading->confidence.has_value());
  EXPECT_TRUE(reading->needs_review);
  EXPECT_THAT(classifier_->calls, IsEmpty());
}

TEST_F(RecognizerTest, ReadsAPictureFromItsBytes) {
  classifier_->answers = {{0, 1, 0, 0, 0}, {0, 1, 0, 0, 0}};
  const auto reading =
      recognizer_.Read(Bmp(120, 80, {{30, 20, 6, 40}, {70, 20, 6, 40}}), {Layout::kLine, {}});
  ASSERT_TRUE(reading.ok()) << reading.error().message;
  EXPECT_EQ(reading->text, "11");
  EXPECT_EQ(reading->lines[0].glyphs[0].box, (Box{30, 20, 6, 40}));
  EXPECT_EQ(reading->lines[0].glyphs[1].box, (Box{70, 20, 6, 40}));
}

TEST_F(RecognizerTest, PreparingTellsWhatThePictureIs) {
  const auto prepared = recognizer_.Prepare(Bmp(120, 80, {{30, 20, 6, 40}}), {});
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(prepared->header.format, PictureFormat::kBmp);
  EXPECT_EQ(prepared->header.width, 120);
  EXPECT_EQ(prepared->header.height, 80);
  EXPECT_THAT(prepared->ink.lines, SizeIs(1));
}

TEST_F(RecognizerTest, WhatIsNoPictureIsTheDecodersError) {
  const auto prepared = recognizer_.Prepare(AsBytes("just a text, not a picture"), {});
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().code, ErrorCode::kUnsupported);
}

TEST_F(RecognizerTest, TheLimitOnPixelsHoldsHereToo) {
  ReadOptions options;
  options.limits.max_pixels = 100;
  EXPECT_FALSE(recognizer_.Prepare(Bmp(64, 48, {}), options).ok());
}

TEST_F(RecognizerTest, AFailedEngineFailsTheGroupAndSaysWhere) {
  classifier_->failure = Unavailable("out of memory");
  const std::vector<PreparedPicture> pictures = {Prepared({1}), Prepared({1})};
  const auto readings = recognizer_.ReadPrepared(pictures);
  ASSERT_FALSE(readings.ok());
  EXPECT_EQ(readings.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(readings.error().message, HasSubstr("classify the marks: out of memory"));
}

}  // namespace
}  // namespace glyphd
