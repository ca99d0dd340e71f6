#include "serving/utf8.h"

namespace glyphd::serving {
namespace {

unsigned char Octet(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

bool Continues(unsigned char octet) { return (octet & 0xC0U) == 0x80U; }

// Three- and four-octet forms whose second octet is restricted.
bool SecondFits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;  // overlong
    case 0xED:
      return second < 0xA0;  // surrogates
    case 0xF0:
      return second >= 0x90;  // overlong
    case 0xF4:
      return second < 0x90;  // above U+10FFFF
    default:
      return true;
  }
}

std::size_t LengthByLead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The length of the character that starts here; 0: none does.
std::size_t CharacterLength(std::string_view text) {
  const unsigned char lead = Octet(text, 0);
  const std::size_t length = LengthByLead(lead);
  for (std::size_t i = 1; i < length; ++i) {
    if (!Continues(Octet(text, i))) return 0;
  }
  return length > 2 && !SecondFits(lead, Octet(text, 1)) ? 0 : length;
}

}  // namespace

std::optional<std::size_t> CountCharacters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    ++count;
  }
  return count;
}

std::string ToValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    valid += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::string_view FirstCharacters(std::string_view valid_utf8, std::size_t count) {
  std::size_t at = 0;
  while (at < valid_utf8.size() && count-- > 0) {
    const std::size_t length = CharacterLength(valid_utf8.substr(at));
    at += length == 0 ? 1 : length;
  }
  return valid_utf8.substr(0, at);
}

}  // namespace glyphd::serving
