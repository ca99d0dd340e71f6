#include "app/csv.h"

#include <gtest/gtest.h>

namespace glyphd {
namespace {

TEST(Csv, QuotesWhatWouldBreakTheRow) {
  EXPECT_EQ(CsvText("plain"), "plain");
  EXPECT_EQ(CsvText("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvText("say \"7\""), "\"say \"\"7\"\"\"");
  EXPECT_EQ(CsvText("1\n2"), "\"1\n2\"");
  EXPECT_EQ(CsvText(""), "");
}

TEST(Csv, DisarmsWhatASpreadsheetWouldRun) {
  EXPECT_EQ(CsvText("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
  EXPECT_EQ(CsvText("+1"), "'+1");
  EXPECT_EQ(CsvText("-1"), "'-1");
  EXPECT_EQ(CsvText("@SUM"), "'@SUM");
  EXPECT_EQ(CsvText("\t=1"), "'\t=1");
  EXPECT_EQ(CsvText("\r=1"), "\"'\r=1\"");
}

TEST(Csv, ARowEndsWithALineFeed) {
  EXPECT_EQ(CsvRow({"a", "", "c"}), "a,,c\n");
  EXPECT_EQ(CsvRow({"", "b"}), ",b\n");
}

}  // namespace
}  // namespace glyphd
