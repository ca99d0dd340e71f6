#include "app/ordered_work.h"

#include <atomic>
#include <chrono>

#include <gtest/gtest.h>

namespace glyphd {
namespace {

TEST(OrderedWork, ResultsComeInOrderWhateverTheirTime) {
  std::vector<std::size_t> taken;
  OrderedWork<std::size_t>::Run(
      200, 4,
      [](std::size_t i) {
        if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return i * i;
      },
      [&](std::size_t i, std::size_t square) {
        EXPECT_EQ(square, i * i);
        taken.push_back(i);
      });
  ASSERT_EQ(taken.size(), 200U);
  for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], i);
}

TEST(OrderedWork, NoWorkAndMoreThreadsThanWorkAreFine) {
  std::size_t taken = 0;
  const auto work = [](std::size_t i) { return i; };
  const auto take = [&](std::size_t, std::size_t) { ++taken; };
  OrderedWork<std::size_t>::Run(0, 4, work, take);
  EXPECT_EQ(taken, 0U);
  OrderedWork<std::size_t>::Run(1, 16, work, take);
  EXPECT_EQ(taken, 1U);
}

TEST(OrderedWork, FinishedResultsDoNotPileUpBehindASlowTaker) {
  std::atomic<std::size_t> made = 0;
  OrderedWork<std::size_t>::Run(
      1000, 2, [&](std::size_t i) { return ++made, i; },
      [&](std::size_t i, std::size_t) {
        if (i < 20) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT_LE(made, i + 1 + 2 * OrderedWork<std::size_t>::kAheadPerThread);
      });
  EXPECT_EQ(made, 1000U);
}

}  // namespace
}  // namespace glyphd
