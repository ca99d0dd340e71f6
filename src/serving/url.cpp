#include "serving/url.h"

#include <cctype>

namespace glyphd::serving {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// -1: no two hex digits follow.
int EscapedOctet(std::string_view after_percent) {
  if (after_percent.size() < 2) return -1;
  const int high = HexValue(after_percent[0]);
  const int low = HexValue(after_percent[1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// A proxy may send the absolute form; RFC 9112 obliges us to take it.
std::string_view WithoutOrigin(std::string_view target) {
  const std::size_t scheme_end = target.find("://");
  if (target.starts_with('/') || scheme_end == std::string_view::npos) return target;
  const std::size_t path = target.find_first_of("/?", scheme_end + 3);
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

Result<QueryParameter> ParseParameter(std::string_view text) {
  const std::size_t equals = text.find('=');
  auto name = PercentDecoded(text.substr(0, equals), true);
  if (!name.ok()) return std::move(name).error().During("the query's parameter names");
  if (equals == std::string_view::npos) return QueryParameter{std::move(*name), ""};
  auto value = PercentDecoded(text.substr(equals + 1), true);
  if (!value.ok()) return std::move(value).error().During("the query's parameter " + *name);
  return QueryParameter{std::move(*name), std::move(*value)};
}

Result<std::vector<QueryParameter>> ParseQuery(std::string_view query) {
  std::vector<QueryParameter> parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view one = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (one.empty()) continue;
    auto parameter = ParseParameter(one);
    if (!parameter.ok()) return std::move(parameter).error();
    parameters.push_back(std::move(*parameter));
  }
  return parameters;
}

}  // namespace

Result<std::string> PercentDecoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int octet = EscapedOctet(text.substr(i + 1));
      if (octet < 0) return InvalidInput("a % without two hex digits at " + std::to_string(i));
      c = static_cast<char>(octet);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return InvalidInput("a NUL character at " + std::to_string(i));
    decoded.push_back(c);
  }
  return decoded;
}

std::string PercentEncoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80 &&
        (std::isalnum(octet) != 0 || c == '-' || c == '.' || c == '_' || c == '~')) {
      encoded.push_back(c);
      continue;
    }
    encoded.push_back('%');
    encoded.push_back(kHex[octet >> 4]);
    encoded.push_back(kHex[octet & 15]);
  }
  return encoded;
}

Result<Target> ParseTarget(std::string_view target) {
  target = WithoutOrigin(target);
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  auto path = PercentDecoded(target.substr(0, question), false);
  if (!path.ok()) return std::move(path).error().During("the path");
  if (path->empty()) path->push_back('/');
  if (question == std::string_view::npos) return Target{std::move(*path), {}};
  auto query = ParseQuery(target.substr(question + 1));
  if (!query.ok()) return std::move(query).error();
  return Target{std::move(*path), std::move(*query)};
}

}  // namespace glyphd::serving
