#include "evaluation/report.h"

#include <algorithm>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spng.h>

#include "evaluation/charts.h"
#include "evaluation/glyph_png.h"
#include "evaluation/number_text.h"

namespace glyphd {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pointwise;

GlyphImage Gradient() {
  GlyphImage glyph{};
  for (std::size_t i = 0; i < glyph.size(); ++i) glyph[i] = static_cast<std::uint8_t>(i * 7);
  return glyph;
}

Report SmallReport() {
  Report report;
  report.title = "Model <small> & co";
  report.facts = {{"data", "a \"quoted\" <b>fact</b>"}};
  report.epochs = {{1, 0.5, 0.8, 0.4, 0.85, 0.001, 9}, {2, 0.2, 0.9, 0.3, 0.95, 0.001, 9}};
  const std::vector<float> probabilities = {0.9F, 0.1F, 0.6F, 0.4F, 0.2F, 0.8F};
  const std::vector<std::uint8_t> labels = {0, 1, 1};
  report.evaluation = Evaluate(probabilities, labels, {"<x>", "y"});
  report.image = [](std::size_t) { return Gradient(); };
  report.example_name = [](std::size_t i) { return "file & <" + std::to_string(i) + ">"; };
  return report;
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(NumberText, IsForPeople) {
  EXPECT_EQ(Fixed(0.00416, 4), "0.0042");
  EXPECT_EQ(Fixed(1e300, 0).size(), 301U);
  EXPECT_EQ(Percent(0.99541, 2), "99.54 %");
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
}

TEST(RoundTicks, CoverTheRangeInRoundSteps) {
  EXPECT_THAT(RoundTicks(0, 1, 5), Pointwise(DoubleNear(1e-12), {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}));
  EXPECT_THAT(RoundTicks(0.93, 0.99, 5),
              Pointwise(DoubleNear(1e-12), {0.92, 0.94, 0.96, 0.98, 1.0}));
  EXPECT_THAT(RoundTicks(1, 12, 8), ElementsAre(0, 2, 4, 6, 8, 10, 12));
  EXPECT_GE(RoundTicks(3, 3, 5).size(), 2U) << "one value alone still has an axis";
}

TEST(GlyphPng, IsDecodedToTheSamePixels) {
  const Bytes png = EncodeGlyphPng(Gradient());
  const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> context(spng_ctx_new(0),
                                                                    &spng_ctx_free);
  ASSERT_EQ(spng_set_png_buffer(context.get(), png.data(), png.size()), 0);
  GlyphImage decoded{};
  ASSERT_EQ(spng_decode_image(context.get(), decoded.data(), decoded.size(), SPNG_FMT_PNG, 0), 0);
  EXPECT_EQ(decoded, Gradient());
  EXPECT_THAT(GlyphDataUri(Gradient()), HasSubstr("data:image/png;base64,iVBORw0KGgo"));
}

TEST(Report, HasEverySectionAndNothingFromElsewhere) {
  const std::string html = RenderReport(SmallReport());
  for (const char* part : {"Loss", "Accuracy", "Confusion matrix", "Recall", "Calibration",
                           "The worst mistakes", "66.67 %", "width=device-width"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  for (const char* foreign : {"http:", "https:", "<script", "<link", "url(", "@import"}) {
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
  }
  EXPECT_EQ(Count(html, "<svg "), 5U);
  EXPECT_EQ(Count(html, "<svg "), Count(html, "</svg>"));
  EXPECT_EQ(Count(html, "<section"), Count(html, "</section>"));
  EXPECT_EQ(Count(html, "data:image/png"), 1U);
}

TEST(Report, ShowsTextFromOutsideAsText) {
  const std::string html = RenderReport(SmallReport());
  EXPECT_THAT(html, HasSubstr("Model &lt;small&gt; &amp; co"));
  EXPECT_THAT(html, HasSubstr("a &quot;quoted&quot; &lt;b&gt;fact&lt;/b&gt;"));
  EXPECT_THAT(html, HasSubstr("file &amp; &lt;1&gt;"));
  for (const char* raw : {"<small> &", "<b>fact", "<x>", "<1>"}) {
    EXPECT_THAT(html, Not(HasSubstr(raw)));
  }
}

TEST(Report, LeavesOutWhatThereIsNot) {
  const std::string html = RenderReport({"empty", {}, {}, {}, {}, {}});
  EXPECT_EQ(Count(html, "<section"), 0U);
  Report report = SmallReport();
  report.epochs.clear();
  report.image = nullptr;
  report.example_name = nullptr;
  const std::string without = RenderReport(report);
  EXPECT_EQ(Count(without, "<svg "), 3U);
  EXPECT_EQ(Count(without, "<img"), 0U);
  EXPECT_THAT(without, HasSubstr("#1"));
}

TEST(Report, ShowsAtMostSixtyMistakes) {
  Report report = SmallReport();
  report.evaluation.mistakes.assign(100, report.evaluation.mistakes[0]);
  EXPECT_EQ(Count(RenderReport(report), "<figure>"), 60U);
}

TEST(Report, OfASingleEpochAndOfAPerfectModelIsDrawn) {
  Report report = SmallReport();
  report.epochs.resize(1);
  const std::vector<float> probabilities = {1.0F, 0.0F, 0.0F, 1.0F};
  const std::vector<std::uint8_t> labels = {0, 1};
  report.evaluation = Evaluate(probabilities, labels, {"a", "b"});
  const std::string html = RenderReport(report);
  EXPECT_THAT(html, HasSubstr("None."));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("inf\"")));
}

}  // namespace
}  // namespace glyphd
