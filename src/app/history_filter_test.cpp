#include "app/history_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

TEST(HistoryFilter, ReadsEveryFilterOfTheApi) {
  const auto filter = ParseFilter({{"since", "2026-11-01T00:00:00Z"},
                                   {"until", "2026-12-01T00:00:00Z"},
                                   {"text", "7"},
                                   {"filename", "a.png"},
                                   {"reference", "r"},
                                   {"model", "default@1"},
                                   {"min_confidence", "0.1"},
                                   {"max_confidence", "0.9"},
                                   {"needs_review", "true"},
                                   {"corrected", "false"}});
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(FormatTime(*filter->since), "2026-11-01T00:00:00.000000Z");
  EXPECT_EQ(FormatTime(*filter->until), "2026-12-01T00:00:00.000000Z");
  EXPECT_EQ(filter->text, "7");
  EXPECT_EQ(filter->filename, "a.png");
  EXPECT_EQ(filter->reference, "r");
  EXPECT_EQ(filter->model, "default@1");
  EXPECT_EQ(filter->min_confidence, 0.1);
  EXPECT_EQ(filter->max_confidence, 0.9);
  EXPECT_EQ(filter->needs_review, true);
  EXPECT_EQ(filter->corrected, false);
}

TEST(HistoryFilter, WithoutFlagsNothingIsFiltered) {
  EXPECT_FALSE(ParseFilter({})->text.has_value());
}

TEST(HistoryFilter, AWrongValueNamesItsFlag) {
  EXPECT_THAT(ParseFilter({{"min_confidence", "much"}}).error().message,
              testing::StartsWith("--min-confidence: must be a number"));
  EXPECT_THAT(ParseFilter({{"since", "yesterday"}}).error().message,
              testing::StartsWith("--since: "));
  EXPECT_FALSE(ParseFilter({{"corrected", "maybe"}}).ok());
}

}  // namespace
}  // namespace glyphd
