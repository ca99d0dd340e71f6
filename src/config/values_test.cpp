#include "config/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glyphd {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(Sizes, UnitsOf1000And1024AndNone) {
  EXPECT_EQ(*ParseSize("16MiB"), 16 << 20);
  EXPECT_EQ(*ParseSize("16 MiB"), 16 << 20);
  EXPECT_EQ(*ParseSize("3kB"), 3000);
  EXPECT_EQ(*ParseSize("2GiB"), std::int64_t{2} << 30);
  EXPECT_EQ(*ParseSize("12B"), 12);
  EXPECT_EQ(*ParseSize("12"), 12);
}

TEST(Sizes, WhatIsNoSizeIsRefusedWithAnExample) {
  for (const char* bad : {"", "MiB", "-1", "1.5MiB", "16  MiB", "16MiB ", "16 ", "16mib", "16XB",
                          "9999999999GiB", "99999999999999999999"}) {
    const auto size = ParseSize(bad);
    ASSERT_FALSE(size.ok()) << bad;
    EXPECT_THAT(size.error().message, HasSubstr("16MiB"));
  }
}

TEST(Sizes, AreShownWithoutLoss) {
  for (const std::int64_t bytes : {0L, 1L, 1000L, 1024L, 1536L, 16L << 20, 3L << 30}) {
    EXPECT_EQ(*ParseSize(FormatSize(bytes)), bytes);
  }
  EXPECT_EQ(FormatSize(16 << 20), "16MiB");
  EXPECT_EQ(FormatSize(1000), "1000B");
}

TEST(Durations, NeedTheirUnit) {
  EXPECT_EQ(*ParseDuration("10s"), milliseconds(10'000));
  EXPECT_EQ(*ParseDuration("250ms"), milliseconds(250));
  EXPECT_EQ(*ParseDuration("2min"), milliseconds(120'000));
  EXPECT_EQ(*ParseDuration("1h"), milliseconds(3'600'000));
  for (const char* bad : {"", "10", "s", "-1s", "1.5s", "10 minutes", "9999999999999999h"}) {
    EXPECT_FALSE(ParseDuration(bad).ok()) << bad;
  }
}

TEST(Durations, AreShownWithoutLoss) {
  for (const std::int64_t ms : {0L, 1L, 999L, 1000L, 1500L, 60'000L, 3'600'000L}) {
    EXPECT_EQ(*ParseDuration(FormatDuration(milliseconds(ms))), milliseconds(ms));
  }
  EXPECT_EQ(FormatDuration(milliseconds(10'000)), "10s");
}

TEST(Numbers, TakeTheWholeTextOrNothing) {
  EXPECT_EQ(*ParseWholeNumber("-7"), -7);
  for (const char* bad : {"", "7x", " 7", "0x7", "7.0", "99999999999999999999"}) {
    EXPECT_FALSE(ParseWholeNumber(bad).ok()) << bad;
  }
  EXPECT_DOUBLE_EQ(*ParseFraction("0.25"), 0.25);
  for (const char* bad : {"", "nan", "inf", "1e999", "0.5x"}) {
    EXPECT_FALSE(ParseFraction(bad).ok()) << bad;
  }
}

TEST(Booleans, HaveTheUsualSpellings) {
  EXPECT_TRUE(*ParseBoolean("on"));
  EXPECT_FALSE(*ParseBoolean("no"));
  EXPECT_FALSE(ParseBoolean("maybe").ok());
}

}  // namespace
}  // namespace glyphd
