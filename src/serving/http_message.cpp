#include "serving/http_message.h"

#include <algorithm>
#include <charconv>

namespace glyphd::serving {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";  // RFC 9112: the reason may be empty, and nobody reads it
  }
}

void AppendNumber(std::uint64_t number, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void AppendField(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace

bool EqualsIgnoringCase(std::string_view one, std::string_view other) {
  return one.size() == other.size() &&
         std::equal(one.begin(), one.end(), other.begin(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

void HeaderFields::Add(std::string_view name, std::string_view value) {
  const std::size_t name_at = text_.size();
  text_ += name;
  const std::size_t value_at = text_.size();
  text_ += value;
  fields_.push_back({name_at, value_at, text_.size()});
}

void HeaderFields::Clear() {
  text_.clear();
  fields_.clear();
}

std::string_view HeaderFields::NameOf(const Span& field) const {
  return std::string_view(text_).substr(field.name_at, field.value_at - field.name_at);
}

std::optional<std::string_view> HeaderFields::Find(std::string_view name) const {
  for (const Span& field : fields_) {
    if (EqualsIgnoringCase(NameOf(field), name)) {
      return std::string_view(text_).substr(field.value_at, field.end - field.value_at);
    }
  }
  return std::nullopt;
}

int HeaderFields::Count(std::string_view name) const {
  return static_cast<int>(std::count_if(fields_.begin(), fields_.end(), [&](const Span& field) {
    return EqualsIgnoringCase(NameOf(field), name);
  }));
}

void Request::Clear() {
  method.clear();
  target.clear();
  http_1_1 = true;
  keep_alive = true;
  chunked = false;
  content_length.reset();
  headers.Clear();
  body.reset();
  id.clear();
  path.clear();
  query.clear();
  endpoint = nullptr;
  path_argument = {};
  caller = nullptr;
}

std::optional<std::string_view> Request::Parameter(std::string_view name) const {
  for (const QueryParameter& parameter : query) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

std::string_view Response::Content() const {
  if (picture) return AsText(*picture);
  return fixed_body.empty() ? std::string_view(body) : fixed_body;
}

void AppendResponseHead(const Response& response, const ResponseHead& head, std::string& out) {
  out += "HTTP/1.1 ";
  AppendNumber(static_cast<std::uint64_t>(response.status), out);
  out += ' ';
  out += ReasonOf(response.status);
  out += "\r\n";
  AppendField("Date", head.date, out);
  AppendField("Server", "glyphd", out);
  AppendField("X-Request-Id", head.request_id, out);
  AppendField("X-Content-Type-Options", "nosniff", out);
  if (!response.content_type.empty()) AppendField("Content-Type", response.content_type, out);
  for (const auto& [name, value] : response.headers) AppendField(name, value, out);
  if (!head.connection.empty()) AppendField("Connection", head.connection, out);
  if (response.status != 204 && response.status != 304) {
    out += "Content-Length: ";
    AppendNumber(response.Content().size(), out);
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace glyphd::serving
