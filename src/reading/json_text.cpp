// The writing of JSON: text with its quotes, and numbers.

#include <array>
#include <charconv>
#include <cmath>

#include "reading/reading.h"

namespace glyphd {
namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

unsigned char ByteAt(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool IsContinuation(std::string_view text, std::size_t at) {
  return at < text.size() && (ByteAt(text, at) & 0xC0U) == 0x80U;
}

// The second byte's lower and upper bounds keep out overlong forms, surrogates and what lies
// beyond U+10FFFF (RFC 3629, section 4).
bool SecondByteFits(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second <= 0x9F;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second <= 0x8F;
    default:
      return true;
  }
}

std::size_t LengthFromFirstByte(unsigned char first) {
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// The length of the well-formed character beyond ASCII that starts at `at`, or 0.
std::size_t CharacterLength(std::string_view text, std::size_t at) {
  const unsigned char first = ByteAt(text, at);
  const std::size_t length = LengthFromFirstByte(first);
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text, at + i)) return 0;
  }
  if (length > 0 && !SecondByteFits(first, ByteAt(text, at + 1))) return 0;
  return length;
}

bool IsPlain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

void AppendControl(unsigned char byte, std::string& json) {
  constexpr std::string_view kHex = "0123456789abcdef";
  json += "\\u00";
  json += kHex[byte >> 4U];
  json += kHex[byte & 0xFU];
}

void AppendEscaped(unsigned char byte, std::string& json) {
  switch (byte) {
    case '"':
      json += "\\\"";
      return;
    case '\\':
      json += "\\\\";
      return;
    case '\n':
      json += "\\n";
      return;
    case '\r':
      json += "\\r";
      return;
    case '\t':
      json += "\\t";
      return;
    default:
      AppendControl(byte, json);
  }
}

// Appends the character beyond ASCII at `at`; returns how many bytes of the text it took.
std::size_t AppendCharacter(std::string_view text, std::size_t at, std::string& json) {
  const std::size_t length = CharacterLength(text, at);
  json += length > 0 ? text.substr(at, length) : kReplacementCharacter;
  return length > 0 ? length : 1;
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& json) {
  json += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && IsPlain(ByteAt(text, end))) ++end;
    json += text.substr(at, end - at);
    at = end;
    if (at == text.size()) break;
    if (ByteAt(text, at) < 0x80) {
      AppendEscaped(ByteAt(text, at++), json);
    } else {
      at += AppendCharacter(text, at, json);
    }
  }
  json += '"';
}

void AppendJsonNumber(double value, std::string& json) {
  if (!std::isfinite(value)) {  // JSON has no such numbers
    json += "null";
    return;
  }
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  json.append(digits.data(), end);
}

}  // namespace glyphd
