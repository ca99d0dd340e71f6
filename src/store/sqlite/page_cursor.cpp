#include "store/sqlite/page_cursor.h"

#include <algorithm>

namespace glyphd {
namespace {

constexpr std::size_t kPositionBytes = 8;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHashBlockBytes = 64;

Bytes PaddedKey(const CursorKey& key, std::uint8_t padding) {
  Bytes block(kHashBlockBytes, padding);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
  return block;
}

Sha256Digest Hmac(const CursorKey& key, ByteView message) {
  Bytes inner = PaddedKey(key, 0x36);
  inner.insert(inner.end(), message.begin(), message.end());
  const Sha256Digest inner_digest = Sha256(inner);
  Bytes outer = PaddedKey(key, 0x5c);
  outer.insert(outer.end(), inner_digest.begin(), inner_digest.end());
  return Sha256(outer);
}

// Takes as long for a nearly right tag as for a wrong one.
bool SameTag(ByteView left, ByteView right) {
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < kTagBytes; ++i) {
    difference = static_cast<std::uint8_t>(difference | (left[i] ^ right[i]));
  }
  return difference == 0;
}

}  // namespace

std::string SealCursor(std::int64_t position, const CursorKey& key) {
  Bytes cursor(kPositionBytes);
  for (std::size_t i = 0; i < kPositionBytes; ++i) {
    cursor[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(position) >> (56 - 8 * i));
  }
  const Sha256Digest tag = Hmac(key, cursor);
  cursor.insert(cursor.end(), tag.begin(), tag.begin() + kTagBytes);
  return ToBase64Url(cursor);
}

Result<std::int64_t> OpenCursor(std::string_view cursor, const CursorKey& key) {
  const Error foreign = InvalidInput(
      "this cursor was not given by this database; start again without a cursor, or use a "
      "next_cursor exactly as it came");
  const Result<Bytes> bytes = FromBase64Url(cursor);
  if (!bytes || bytes->size() != kPositionBytes + kTagBytes) return foreign;
  const ByteView position(bytes->data(), kPositionBytes);
  if (!SameTag(Hmac(key, position), ByteView(*bytes).subspan(kPositionBytes))) return foreign;
  std::uint64_t value = 0;
  for (const std::uint8_t byte : position) value = value << 8 | byte;
  return static_cast<std::int64_t>(value);
}

}  // namespace glyphd
