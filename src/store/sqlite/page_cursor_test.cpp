#include "store/sqlite/page_cursor.h"

#include <limits>

#include <gtest/gtest.h>

namespace glyphd {
namespace {

constexpr CursorKey kKey{1, 2, 3};

TEST(PageCursor, OpensWhatWasSealed) {
  for (const std::int64_t position :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'795'000'000'000'000 << 10},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const Result<std::int64_t> opened = OpenCursor(SealCursor(position, kKey), kKey);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, position);
  }
}

TEST(PageCursor, IsRefusedWithAnotherKey) {
  const CursorKey other{1, 2, 4};
  const Result<std::int64_t> opened = OpenCursor(SealCursor(17, kKey), other);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kInvalidInput);
}

TEST(PageCursor, TagIsTheFirstHalfOfHmacSha256) {
  // python3: hmac.new(bytes([1, 2, 3] + [0] * 29), (17).to_bytes(8, 'big'), 'sha256')
  EXPECT_EQ(SealCursor(17, kKey), "AAAAAAAAABEvHcmtpYrsNq58Y5smRG4f");
}

}  // namespace
}  // namespace glyphd
