#include "app/train/progress_display.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

using testing::HasSubstr;
using testing::Not;

TrainingProgress Halfway() { return {2, 4, 50, 100, 0.25, 0.9, 3.0}; }

std::string Shown(const DisplayOptions& options) {
  std::ostringstream out;
  ProgressDisplay display(out, options, [] { return false; });
  display.OnStep(Halfway());
  display.OnEpoch({2, 0.25, 0.9, 0.125, 0.985, 0.1, 6.04});
  return out.str();
}

TEST(ProgressDisplay, DrawsNothingButPlainLinesOffATerminal) {
  EXPECT_EQ(Shown({false, false}),
            "epoch 2/4  loss 0.2500  accuracy 90.00 %  validation loss 0.1250  "
            "validation accuracy 98.50 %  6.0 s\n");
}

TEST(ProgressDisplay, ShowsABarWithTimeLeftLossAndAccuracyOnATerminal) {
  const std::string shown = Shown({true, false});
  EXPECT_THAT(shown, HasSubstr("[============>           ]  50 %"));
  EXPECT_THAT(shown, HasSubstr("loss 0.250  accuracy 90.00 %"));
  EXPECT_THAT(shown, HasSubstr(" s left"));
  EXPECT_THAT(shown, Not(HasSubstr("\x1b[36m")));
}

TEST(ProgressDisplay, ColoursTheBarOnlyWhereColoursAreWanted) {
  EXPECT_THAT(Shown({true, true}), HasSubstr("\x1b[36m"));
}

TEST(ProgressDisplay, PassesOnTheWishToStop) {
  std::ostringstream out;
  bool stop = false;
  ProgressDisplay display(out, {}, [&stop] { return stop; });
  EXPECT_FALSE(display.ShouldStop());
  stop = true;
  EXPECT_TRUE(display.ShouldStop());
}

TEST(FormatDuration, TakesTheUnitsThatAPersonWould) {
  EXPECT_EQ(FormatDuration(0.4), "0 s");
  EXPECT_EQ(FormatDuration(59.4), "59 s");
  EXPECT_EQ(FormatDuration(59.6), "1 min 00 s");
  EXPECT_EQ(FormatDuration(187), "3 min 07 s");
  EXPECT_EQ(FormatDuration(3720), "1 h 02 min");
}

}  // namespace
}  // namespace glyphd
