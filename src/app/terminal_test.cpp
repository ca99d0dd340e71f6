#include "app/terminal.h"

#include <gtest/gtest.h>

#include "app/progress_bar.h"

namespace glyphd {
namespace {

TEST(Terminal, ControlCharactersOfOthersAreNotPrinted) {
  EXPECT_EQ(Printable("a\033[31mb\x7f\r"), "a?[31mb??");
  EXPECT_EQ(Printable("12\n34"), "12 / 34");
  EXPECT_EQ(Printable("grün"), "grün");
}

TEST(Terminal, ColumnsCountCharactersNotBytes) {
  EXPECT_EQ(DisplayWidth("grün"), 4U);
  EXPECT_EQ(PadRight("grün", 6), "grün  ");
  EXPECT_EQ(PadRight("longer", 3), "longer");
}

TEST(Terminal, ColourOnlyWhereItIsWanted) {
  EXPECT_EQ(Coloured("x", Colour::kRed, false), "x");
  EXPECT_EQ(Coloured("x", Colour::kRed, true), "\033[31mx\033[0m");
}

TEST(Terminal, PercentagesLineUp) {
  EXPECT_EQ(FormatPercent(1), "100.0 %");
  EXPECT_EQ(FormatPercent(0.0312), "  3.1 %");
}

TEST(ProgressLine, TellsHowMuchAndHowLong) {
  EXPECT_EQ(ProgressLine("reading", 15, 30, std::chrono::seconds(6)),
            "reading [###############---------------] 15/30, 6 s left");
  EXPECT_EQ(ProgressLine("reading", 0, 0, std::chrono::seconds(6)),
            "reading [------------------------------] 0/0");
}

}  // namespace
}  // namespace glyphd
