#include "serving/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>

namespace glyphd::serving {
namespace {

namespace http = boost::beast::http;
using BeastError = boost::beast::error_code;
using BeastView = boost::beast::string_view;

std::string_view View(BeastView text) { return {text.data(), text.size()}; }

// Writes what Beast recognises straight into our request.
class MessageReader : public http::basic_parser<true> {
 public:
  MessageReader(const RequestLimits& limits, Request& request)
      : limits_(limits), request_(request) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(boost::none);  // judged by Content-Length, and counted below
    eager(false);
  }

 private:
  void on_request_impl(http::verb /*verb*/, BeastView method, BeastView target, int version,
                       BeastError& /*error*/) override {
    request_.method = View(method);
    request_.target = View(target);
    request_.http_1_1 = version == 11;
  }
  void on_response_impl(int /*code*/, BeastView /*reason*/, int /*version*/,
                        BeastError& /*error*/) override {}

  void on_field_impl(http::field /*field*/, BeastView name, BeastView value,
                     BeastError& error) override {
    if (head_done_) return;  // trailers say nothing that we use
    request_.headers.Add(View(name), View(value));
    // Beast's own limit is for one piece; this one is for all of them.
    if (request_.headers.size_bytes() > limits_.header_bytes) error = http::error::header_limit;
  }

  void on_header_impl(BeastError& /*error*/) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         BeastError& /*error*/) override {}

  std::size_t on_body_impl(BeastView piece, BeastError& error) override {
    return Append(piece, error);
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, BeastView /*extensions*/,
                            BeastError& /*error*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, BeastView piece,
                                 BeastError& error) override {
    return Append(piece, error);
  }
  void on_finish_impl(BeastError& /*error*/) override {}

  std::size_t Append(BeastView piece, BeastError& error) {
    if (!request_.body) request_.body = std::make_shared<Bytes>();
    if (piece.size() > limits_.body_bytes - request_.body->size()) {
      error = http::error::body_limit;
      return 0;
    }
    const auto* data = reinterpret_cast<const std::uint8_t*>(piece.data());
    request_.body->insert(request_.body->end(), data, data + piece.size());
    return piece.size();
  }

  const RequestLimits& limits_;
  Request& request_;
  bool head_done_ = false;
};

std::optional<Problem> ProblemOfHead(const Request& request) {
  const int hosts = request.headers.Count("Host");
  if (hosts > 1 || (hosts == 0 && request.http_1_1)) {
    return Problem{ProblemKind::kBadRequest, "the request needs exactly one Host"};
  }
  if (const auto coding = request.headers.Find("Transfer-Encoding")) {
    if (!request.http_1_1) {
      return Problem{ProblemKind::kBadRequest, "HTTP/1.0 knows no Transfer-Encoding"};
    }
    if (!EqualsIgnoringCase(Trimmed(*coding), "chunked")) {
      return Problem{ProblemKind::kNotImplemented, "the only Transfer-Encoding here is chunked"};
    }
  }
  const auto expectation = request.headers.Find("Expect");
  if (expectation && !EqualsIgnoringCase(*expectation, "100-continue")) {
    return Problem{ProblemKind::kExpectationFailed, "the only Expect here is 100-continue"};
  }
  return std::nullopt;
}

}  // namespace

class RequestParser::Impl {
 public:
  Impl(const RequestLimits& limits, Request& request) : limits_(limits), request_(request) {
    Restart();
  }

  void Restart() {
    request_.Clear();
    problem_.reset();
    at_start_ = true;
    reader_.emplace(limits_, request_);
  }

  Step Feed(std::string_view bytes) {
    const std::size_t skipped = at_start_ ? SkipEmptyLines(bytes) : 0;
    bytes.remove_prefix(skipped);
    if (bytes.empty()) return {skipped, State::kNeedsMore};
    at_start_ = false;
    const bool had_head = reader_->is_header_done();
    BeastError error;
    const std::size_t consumed = skipped + reader_->put({bytes.data(), bytes.size()}, error);
    if (error && error != http::error::need_more) return {consumed, Fail(error)};
    if (!had_head && reader_->is_header_done()) return {consumed, FinishHead()};
    return {consumed, reader_->is_done() ? State::kDone : State::kNeedsMore};
  }

  bool done() const { return reader_->is_done(); }
  const std::optional<Problem>& problem() const { return problem_; }

 private:
  // RFC 9112, 2.2: some clients send a line end after the body before.
  static std::size_t SkipEmptyLines(std::string_view bytes) {
    return std::min(bytes.find_first_not_of("\r\n"), bytes.size());
  }

  State FinishHead() {
    request_.keep_alive = reader_->keep_alive();
    request_.chunked = reader_->chunked();
    if (const auto length = reader_->content_length()) request_.content_length = *length;
    problem_ = ProblemOfHead(request_);
    reader_->eager(true);
    return State::kHead;
  }

  State Fail(const BeastError& error) {
    if (error == http::error::header_limit) {
      problem_ = {ProblemKind::kHeaderTooLarge,
                  "the header has more than " + std::to_string(limits_.header_bytes) + " bytes"};
    } else if (error == http::error::body_limit) {
      problem_ = {ProblemKind::kBodyTooLarge, "the body has more than the " +
                                                  std::to_string(limits_.body_bytes) +
                                                  " bytes that are allowed"};
    } else if (error == http::error::bad_version) {
      problem_ = {ProblemKind::kHttpVersion, "send HTTP/1.1"};
    } else {
      problem_ = {ProblemKind::kBadRequest, "this is not HTTP/1.1: " + error.message()};
    }
    return State::kError;
  }

  const RequestLimits limits_;
  Request& request_;
  std::optional<MessageReader> reader_;
  std::optional<Problem> problem_;
  bool at_start_ = true;
};

RequestParser::RequestParser(const RequestLimits& limits, Request& request)
    : impl_(std::make_unique<Impl>(limits, request)) {}
RequestParser::~RequestParser() = default;
void RequestParser::Restart() { impl_->Restart(); }
RequestParser::Step RequestParser::Feed(std::string_view bytes) { return impl_->Feed(bytes); }
bool RequestParser::done() const { return impl_->done(); }
const std::optional<Problem>& RequestParser::problem() const { return impl_->problem(); }

}  // namespace glyphd::serving
