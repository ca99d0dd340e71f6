#include "config/nearest.h"

#include <gtest/gtest.h>

namespace glyphd {
namespace {

TEST(EditDistance, CountsInsertedDroppedReplacedAndSwappedLetters) {
  EXPECT_EQ(EditDistance("", "port"), 4U);
  EXPECT_EQ(EditDistance("port", "port"), 0U);
  EXPECT_EQ(EditDistance("port", "ports"), 1U);
  EXPECT_EQ(EditDistance("port", "prt"), 1U);
  EXPECT_EQ(EditDistance("port", "pert"), 1U);
  EXPECT_EQ(EditDistance("port", "prot"), 1U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(NearestName, GuessesAMisspellingAndNothingElse) {
  const std::vector<std::string> names = {"serve", "read", "history"};
  EXPECT_EQ(NearestName("sevre", names), "serve");
  EXPECT_EQ(NearestName("histroy", names), "history");
  EXPECT_EQ(NearestName("zebra", names), std::nullopt);
  EXPECT_EQ(NearestName(std::string(1000, 'x'), names), std::nullopt);
}

TEST(NearestName, TakesTheCloserOfTwo) {
  EXPECT_EQ(NearestName("max_partz", {"max_pixels", "max_parts"}), "max_parts");
}

TEST(DidYouMean, EndsAMessageOrIsEmpty) {
  EXPECT_EQ(DidYouMean("prot", {"port"}), "; did you mean \"port\"?");
  EXPECT_EQ(DidYouMean("zebra", {"port"}), "");
}

}  // namespace
}  // namespace glyphd
