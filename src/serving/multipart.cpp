#include "serving/multipart.h"

#include <algorithm>
#include <optional>

#include "serving/http_message.h"
#include "serving/url.h"

namespace glyphd::serving {
namespace {

constexpr std::size_t kMaxBoundary = 200;  // RFC 2046 says 70; some clients exceed it

// Reads `"…"` or a bare word from the front of `rest`. In a quoted string a backslash escapes
// only a quote or itself: old browsers send Windows paths with bare backslashes.
std::string TakeValue(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const std::size_t end = rest.find(';');
    value = Trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end, rest.size()));
    return value;
  }
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    const bool escapes =
        rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (escapes) ++i;
    value.push_back(rest[i]);
  }
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return value;
}

// Skips to the next `name=` after a semicolon; the name is left out of `rest`.
std::optional<std::string_view> TakeName(std::string_view& rest) {
  const std::size_t semicolon = rest.find(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(semicolon + 1);
  const std::size_t end = rest.find_first_of("=;");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view name = Trimmed(rest.substr(0, end));
  if (rest[end] == ';') {
    rest.remove_prefix(end);
    return std::string_view();
  }
  rest.remove_prefix(end + 1);
  rest = Trimmed(rest);
  return name;
}

// RFC 5987: charset'language'%-escaped; only UTF-8 is in use.
std::string DecodedExtendedValue(const std::string& value) {
  const std::size_t first = value.find('\'');
  const std::size_t second = first == std::string::npos ? first : value.find('\'', first + 1);
  if (second == std::string::npos) return {};
  if (!EqualsIgnoringCase(std::string_view(value).substr(0, first), "UTF-8")) return {};
  auto decoded = PercentDecoded(std::string_view(value).substr(second + 1), false);
  return decoded.ok() ? std::move(*decoded) : std::string();
}

// Browsers send `"` as %22 and line ends as %0D%0A in names, and nothing else (WHATWG forms).
std::string WithoutFormEscapes(std::string text) {
  for (const auto& [escape, plain] :
       {std::pair<std::string_view, char>{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}}) {
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at)) {
      text.replace(at, escape.size(), 1, plain);
    }
  }
  return text;
}

class Parser {
 public:
  Parser(std::string_view body, std::string_view boundary, int max_parts)
      : body_(body), delimiter_("\r\n--" + std::string(boundary)), max_parts_(max_parts) {}

  Result<std::vector<Part>> Run() {
    if (!SkipPreamble()) {
      return InvalidInput("the body does not contain its boundary " + delimiter_.substr(2) +
                          "; does the Content-Type name another one?");
    }
    std::vector<Part> parts;
    while (!AtEnd()) {
      if (static_cast<int>(parts.size()) == max_parts_) return TooManyParts();
      auto part = TakePart(parts.size() + 1);
      if (!part.ok()) return std::move(part).error();
      parts.push_back(std::move(*part));
    }
    return parts;
  }

 private:
  // The line end before the first delimiter belongs to it but may be missing.
  bool SkipPreamble() {
    const std::string_view bare = std::string_view(delimiter_).substr(2);
    if (body_.starts_with(bare) && EndsDelimiter(bare.size())) {
      position_ = bare.size();
      return true;
    }
    return SkipToDelimiter();
  }

  // Sets position_ behind the next delimiter. Text that merely begins like one is content.
  bool SkipToDelimiter() {
    for (std::size_t at = body_.find(delimiter_, position_); at != std::string_view::npos;
         at = body_.find(delimiter_, at + 1)) {
      if (!EndsDelimiter(at + delimiter_.size())) continue;
      delimiter_at_ = at;
      position_ = at + delimiter_.size();
      return true;
    }
    return false;
  }

  // `--` or the end of the line, with white space that a gateway may have added.
  bool EndsDelimiter(std::size_t at) const {
    std::string_view rest = body_.substr(at);
    if (rest.starts_with("--")) return true;
    while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
    return rest.starts_with("\r\n");
  }

  bool AtEnd() const { return body_.substr(position_).starts_with("--"); }

  Result<Part> TakePart(std::size_t number) {
    position_ = body_.find("\r\n", position_) + 2;  // EndsDelimiter() saw it
    Part part;
    if (!TakeHeader(part)) {
      return InvalidInput("part " + std::to_string(number) + ": its header has no end");
    }
    const std::size_t begin = position_;
    // The content may be empty: then the header's last line end begins the delimiter.
    position_ = begin - 2;
    if (!SkipToDelimiter()) {
      return InvalidInput("part " + std::to_string(number) + " has no end: the closing boundary " +
                          delimiter_.substr(2) + "-- is missing");
    }
    if (delimiter_at_ > begin) {
      part.content = AsBytes(body_.substr(begin, delimiter_at_ - begin));
    }
    return part;
  }

  bool TakeHeader(Part& part) {
    while (true) {
      const std::size_t end = body_.find("\r\n", position_);
      if (end == std::string_view::npos) return false;
      const std::string_view line = body_.substr(position_, end - position_);
      position_ = end + 2;
      if (line.empty()) return true;
      TakeField(line, part);
    }
  }

  static void TakeField(std::string_view line, Part& part) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    if (!EqualsIgnoringCase(Trimmed(line.substr(0, colon)), "Content-Disposition")) return;
    Disposition disposition = ParseDisposition(line.substr(colon + 1));
    part.name = std::move(disposition.name);
    part.filename = std::move(disposition.filename);
  }

  Error TooManyParts() const {
    return TooLarge("the form has more than " + std::to_string(max_parts_) +
                    " parts, which is the limit");
  }

  std::string_view body_;
  std::string delimiter_;
  int max_parts_;
  std::size_t position_ = 0;
  std::size_t delimiter_at_ = 0;
};

}  // namespace

std::string HeaderParameter(std::string_view value, std::string_view name) {
  while (const auto found = TakeName(value)) {
    if (found->empty()) continue;
    std::string content = TakeValue(value);
    if (EqualsIgnoringCase(*found, name)) return content;
  }
  return {};
}

Disposition ParseDisposition(std::string_view value) {
  std::string extended = DecodedExtendedValue(HeaderParameter(value, "filename*"));
  return {WithoutFormEscapes(HeaderParameter(value, "name")),
          extended.empty() ? WithoutFormEscapes(HeaderParameter(value, "filename"))
                           : std::move(extended)};
}

Result<std::string> BoundaryOf(std::string_view content_type) {
  std::string boundary = HeaderParameter(content_type, "boundary");
  if (boundary.empty()) {
    return InvalidInput(
        "the Content-Type names no boundary; leave the header to your HTTP client, which knows it");
  }
  if (boundary.size() > kMaxBoundary) return InvalidInput("the boundary is too long");
  return boundary;
}

Result<std::vector<Part>> ParseMultipart(ByteView body, std::string_view boundary, int max_parts) {
  return Parser(AsText(body), boundary, max_parts).Run();
}

}  // namespace glyphd::serving
