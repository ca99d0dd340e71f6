// One HTTP request as it was read and one answer as it will be written, free of any socket.
//
// Threads   plain values; a request is touched by one thread at a time
// Lifetime  views into a request live until Clear()
// Cost      a cleared request keeps its buffers, so a kept-alive connection reads its next
//           request without allocating

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/api_keys.h"
#include "base/bytes.h"

namespace glyphd::serving {

struct Endpoint;

bool EqualsIgnoringCase(std::string_view one, std::string_view other);
std::string_view Trimmed(std::string_view text);  // without spaces and tabs at both ends

// The fields of a head in one growing text, because most heads have a dozen of them.
class HeaderFields {
 public:
  void Add(std::string_view name, std::string_view value);
  void Clear();
  // The first value, or none; names are compared without regard to case.
  std::optional<std::string_view> Find(std::string_view name) const;
  int Count(std::string_view name) const;
  std::size_t size_bytes() const { return text_.size(); }

 private:
  struct Span {
    std::size_t name_at;
    std::size_t value_at;
    std::size_t end;
  };
  std::string_view NameOf(const Span& field) const;

  std::string text_;
  std::vector<Span> fields_;
};

struct QueryParameter {
  std::string name;
  std::string value;
};

struct Request {
  std::string method;
  std::string target;
  bool http_1_1 = true;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
  HeaderFields headers;
  std::shared_ptr<Bytes> body;

  // Filled by Service::Judge() from the above.
  std::string id;    // X-Request-Id, the client's or ours
  std::string path;  // decoded
  std::vector<QueryParameter> query;
  const Endpoint* endpoint = nullptr;
  std::string_view path_argument;  // the {id} of the path
  const ApiKey* caller = nullptr;  // none: no keys are in use, or none is needed here

  void Clear();
  std::string_view Header(std::string_view name) const { return headers.Find(name).value_or(""); }
  std::optional<std::string_view> Parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  SharedBytes picture;          // instead of `body` when set
  std::string_view fixed_body;  // instead of `body` when not empty; lives as long as the program
  std::vector<std::pair<std::string_view, std::string>> headers;  // names are literals
  bool close = false;

  std::string_view Content() const;
};

struct ResponseHead {
  std::string_view request_id;
  std::string_view date;
  std::string_view connection;  // empty: HTTP/1.1's own default
};
// Appends the status line and all header fields up to the empty line.
void AppendResponseHead(const Response& response, const ResponseHead& head, std::string& out);

}  // namespace glyphd::serving
