#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/record_id.h"
#include "base/result.h"
#include "base/time.h"

namespace glyphd {
namespace {

TEST(Result, AnErrorKeepsItsCodeWhileContextIsAdded) {
  const Error error = NotFound("no such row").During("keep recognition 17");
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_EQ(error.message, "keep recognition 17: no such row");
}

TEST(ResultDeathTest, TakingTheValueOfAFailureAbortsAndSaysWhy) {
  const Result<int> failed = Unavailable("the disk is full");
  EXPECT_DEATH((void)failed.value(), "the disk is full");
}

TEST(Bytes, Sha256IsThatOfFips180) {
  EXPECT_EQ(ToHex(Sha256(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Bytes, Base64RoundTripsEveryLength) {
  Bytes bytes;
  for (int i = 0; i < 70; ++i) {
    const auto back = FromBase64(ToBase64(bytes));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, bytes);
    const auto url = FromBase64Url(ToBase64Url(bytes));
    ASSERT_TRUE(url.ok());
    EXPECT_EQ(*url, bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37 + 250));
  }
}

TEST(Bytes, Base64RefusesWhatIsNotExactlyBase64) {
  for (const char* text :
       {"a", "ab", "abc", "ab=c", "ab c", "abc\n", "a===", "====", "ab-_", "é12"}) {
    EXPECT_FALSE(FromBase64(text).ok()) << text;
  }
}

TEST(Bytes, HexNamesTheOddCharacter) {
  EXPECT_THAT(FromHex("0g").error().message, testing::HasSubstr("position 1"));
  EXPECT_FALSE(FromHex("abc").ok());
}

TEST(RecordId, IdsOfOneMillisecondStayInOrder) {
  const TimePoint now = Now();
  RecordId last = RecordId::Next(now);
  for (int i = 0; i < 100'000; ++i) {
    const RecordId next = RecordId::Next(now);
    ASSERT_LT(last, next);
    last = next;
  }
}

TEST(RecordId, AClockSetBackMakesNoSmallerId) {
  const RecordId first = RecordId::Next(Now());
  EXPECT_LT(first, RecordId::Next(Now() - std::chrono::hours(1)));
}

TEST(RecordId, CarriesVersionVariantAndTime) {
  const TimePoint future = Now() + std::chrono::hours(24 * 365);
  const std::string text = RecordId::Next(future).ToString();
  EXPECT_EQ(text[14], '7');
  EXPECT_THAT(std::string("89ab"), testing::HasSubstr(text.substr(19, 1)));
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(future.time_since_epoch());
  EXPECT_EQ(std::stoll(text.substr(0, 8) + text.substr(9, 4), nullptr, 16), ms.count());
}

TEST(RecordId, ThreadsNeverGetTheSameId) {
  std::vector<std::vector<RecordId>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 5000; ++i) mine.push_back(RecordId::Next(Now()));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<RecordId> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 20'000U);
}

TEST(RecordId, OnlyTheCanonicalSpellingIsAnId) {
  const std::string text = RecordId::Next(Now()).ToString();
  EXPECT_EQ(RecordId::Parse(text)->ToString(), text);
  for (const char* bad :
       {"", "x", "0190a5b0-0000-7000-8000-00000000000", "0190A5B0-0000-7000-8000-000000000000",
        "0190a5b000007000-8000-0000000000000000", "0190a5b0-0000-7000-8000-00000000000g"}) {
    EXPECT_FALSE(RecordId::Parse(bad).has_value()) << bad;
  }
}

TEST(Time, FormatsAndReadsBack) {
  const TimePoint now = Now();
  EXPECT_EQ(*ParseTime(FormatTime(now)), now);
  EXPECT_EQ(FormatTime(TimePoint{}), "1970-01-01T00:00:00.000000Z");
}

TEST(Time, ReadsOffsetsAndFractions) {
  EXPECT_EQ(FormatTime(*ParseTime("2026-11-23T01:30:00.5+02:00")), "2026-11-22T23:30:00.500000Z");
  EXPECT_EQ(FormatTime(*ParseTime("2024-02-29t00:00:00.123456789z")),
            "2024-02-29T00:00:00.123456Z");
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* bad : {"", "now", "2026-11-23", "2026-13-01T00:00:00Z", "2023-02-29T00:00:00Z",
                          "2026-11-23T24:00:00Z", "2026-11-23T00:00:00", "2026-11-23T00:00:00Zx",
                          "2026-11-23T00:00:00.Z", "2026-11-23T00:00:00+2"}) {
    EXPECT_FALSE(ParseTime(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace glyphd
