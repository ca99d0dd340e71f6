// Bytes as they came: views, owned buffers, and their SHA-256, hex and base64 forms.
//
// Threads   pure functions; shared buffers are never changed once shared
// Errors    kInvalidInput: text that is not base64 or hex

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glyphd {

using ByteView = std::span<const std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;
// A picture travels from the socket to the decoder and the store without a copy.
using SharedBytes = std::shared_ptr<const Bytes>;

inline ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

using Sha256Digest = std::array<std::uint8_t, 32>;
Sha256Digest Sha256(ByteView bytes);

std::string ToHex(ByteView bytes);  // lower case
Result<Bytes> FromHex(std::string_view text);

std::string ToBase64(ByteView bytes);                // with padding
Result<Bytes> FromBase64(std::string_view text);     // RFC 4648; white space is refused
std::string ToBase64Url(ByteView bytes);             // without padding
Result<Bytes> FromBase64Url(std::string_view text);  // without padding

// Fills from the operating system's generator; cannot fail on Linux after boot.
void FillRandom(std::span<std::uint8_t> bytes);

}  // namespace glyphd
