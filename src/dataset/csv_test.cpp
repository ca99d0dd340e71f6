#include "dataset/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Csv, SplitsRowsAndFields) {
  const auto rows = ParseCsv("a,b\n1,2\n");
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("a", "b"));
  EXPECT_THAT((*rows)[1].fields, ElementsAre("1", "2"));
}

TEST(Csv, KeepsCommasQuotesAndLineEndsWithinQuotes) {
  const auto rows = ParseCsv("\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",x\nlast,\"\"");
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("a,b", "say \"hi\""));
  EXPECT_THAT((*rows)[1].fields, ElementsAre("two\nlines", "x"));
  EXPECT_THAT((*rows)[2].fields, ElementsAre("last", ""));
  EXPECT_EQ((*rows)[2].line, 4U) << "as an editor counts them";
}

TEST(Csv, TakesWindowsLineEndsAByteOrderMarkAndEmptyLines) {
  const auto rows = ParseCsv("\xEF\xBB\xBFpath,label\r\n\r\na.png,7\r\n\n");
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("path", "label"));
  EXPECT_THAT((*rows)[1].fields, ElementsAre("a.png", "7"));
  EXPECT_EQ((*rows)[1].line, 3U);
}

TEST(Csv, KeepsEmptyFields) {
  EXPECT_THAT(ParseCsv(",,")->at(0).fields, ElementsAre("", "", ""));
  EXPECT_TRUE(ParseCsv("")->empty());
}

TEST(Csv, NamesTheLineOfAQuoteThatIsNotClosed) {
  const auto rows = ParseCsv("a,b\nc,\"d\ne,f\n");
  ASSERT_FALSE(rows.ok());
  EXPECT_THAT(rows.error().message, HasSubstr("line 2"));
}

}  // namespace
}  // namespace glyphd
