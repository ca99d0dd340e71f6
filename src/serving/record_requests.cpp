#include "serving/record_requests.h"

#include <charconv>

#include <boost/json.hpp>

#include "reading/reading.h"
#include "serving/pages.h"
#include "serving/url.h"
#include "serving/utf8.h"

namespace glyphd::serving {
namespace {

constexpr std::size_t kMaxCorrectionCharacters = 1000;
constexpr int kMaxLimit = 1000;

Problem BadParameter(std::string_view name, std::string_view complaint) {
  return {ProblemKind::kBadParameter, std::string(name) + " " + std::string(complaint)};
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Problem> SetLimit(const QueryParameter& given, int& limit) {
  const auto number = ParseNumber<int>(given.value);
  if (!number || *number < 1 || *number > kMaxLimit) {
    return BadParameter(given.name, "must be a whole number from 1 to 1000");
  }
  limit = *number;
  return std::nullopt;
}

// A plus sign that was not escaped came as a space: 12:00:00 02:00.
std::optional<Problem> SetTime(const QueryParameter& given, std::optional<TimePoint>& time) {
  std::string text = given.value;
  if (text.size() > 6 && text[text.size() - 6] == ' ') text[text.size() - 6] = '+';
  const auto parsed = ParseTime(text);
  if (!parsed.ok())
    return BadParameter(given.name, "is no RFC 3339 time: " + parsed.error().message);
  time = *parsed;
  return std::nullopt;
}

std::optional<Problem> SetProbability(const QueryParameter& given, std::optional<double>& number) {
  number = ParseNumber<double>(given.value);
  if (!number || !(*number >= 0 && *number <= 1)) {
    return BadParameter(given.name, "must be a number from 0 to 1");
  }
  return std::nullopt;
}

std::optional<Problem> SetFlag(const QueryParameter& given, std::optional<bool>& flag) {
  if (given.value != "true" && given.value != "false") {
    return BadParameter(given.name, "must be true or false");
  }
  flag = given.value == "true";
  return std::nullopt;
}

std::optional<Problem> SetText(const QueryParameter& given, std::optional<std::string>& text) {
  if (!CountCharacters(given.value)) return BadParameter(given.name, "is not valid UTF-8");
  text = given.value;
  return std::nullopt;
}

std::optional<Problem> SetParameter(const QueryParameter& given, ListQuery& query) {
  RecognitionFilter& filter = query.filter;
  if (given.name == "limit") return SetLimit(given, query.limit);
  if (given.name == "cursor") return SetText(given, query.cursor);
  if (given.name == "since") return SetTime(given, filter.since);
  if (given.name == "until") return SetTime(given, filter.until);
  if (given.name == "text") return SetText(given, filter.text);
  if (given.name == "filename") return SetText(given, filter.filename);
  if (given.name == "reference") return SetText(given, filter.reference);
  if (given.name == "model") return SetText(given, filter.model);
  if (given.name == "min_confidence") return SetProbability(given, filter.min_confidence);
  if (given.name == "max_confidence") return SetProbability(given, filter.max_confidence);
  if (given.name == "needs_review") return SetFlag(given, filter.needs_review);
  if (given.name == "corrected") return SetFlag(given, filter.corrected);
  return Problem{ProblemKind::kUnknownParameter, "there is no parameter " + given.name};
}

Response JsonResponse(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Problem NoSuchRecognition(std::string_view id) {
  return {ProblemKind::kNotFound, "there is no recognition " + ToValidUtf8(id.substr(0, 64))};
}

Problem FromStore(Error error, const Request& request) {
  if (error.code == ErrorCode::kNotFound) return NoSuchRecognition(request.path_argument);
  return ProblemFrom(std::move(error), ProblemKind::kBadParameter);
}

// Safe in a header and on a disk: quotes, backslashes and control characters are left out of
// the plain form; the extended form carries the name as it was.
std::string ContentDisposition(std::string_view filename, const RecordId& id) {
  const std::string name = filename.empty() ? id.ToString() : std::string(filename);
  std::string plain;
  for (const char c : name) plain += c >= 0x20 && c < 0x7f && c != '"' && c != '\\' ? c : '_';
  return "inline; filename=\"" + plain + "\"; filename*=UTF-8''" + PercentEncoded(name);
}

Response PictureResponse(const Recognition& recognition, const Request& request) {
  const std::string etag = "\"" + ToHex(recognition.image.sha256) + "\"";
  Response response;
  response.headers.emplace_back("ETag", etag);
  // Always asked again, for the record may have been deleted since.
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  if (request.Header("If-None-Match").find(etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  response.content_type = recognition.image.media_type;
  response.headers.emplace_back("Content-Disposition",
                                ContentDisposition(recognition.image.filename, recognition.id));
  response.headers.emplace_back("Content-Security-Policy", kPictureSecurityPolicy);
  return response;
}

Problem BadJson(std::string detail) { return {ProblemKind::kBadJson, std::move(detail)}; }

}  // namespace

std::variant<ListQuery, Problem> ParseListQuery(const std::vector<QueryParameter>& query) {
  ListQuery parsed;
  for (const QueryParameter& given : query) {
    if (auto problem = SetParameter(given, parsed)) return std::move(*problem);
  }
  return parsed;
}

std::variant<std::optional<std::string>, Problem> ParseCorrection(std::string_view body) {
  namespace json = boost::json;
  json::error_code error;
  json::value value;
  try {
    value = json::parse(body, error);
  } catch (const std::exception& exception) {
    return BadJson(exception.what());
  }
  if (error) return BadJson("this is not JSON: " + error.message());
  const json::object* object = value.if_object();
  const json::value* text = object == nullptr ? nullptr : object->if_contains("text");
  if (text == nullptr || object->size() != 1 || !(text->is_null() || text->is_string())) {
    return BadJson("send {\"text\":\"…\"}, or {\"text\":null} for a picture without a digit");
  }
  if (text->is_null()) return std::optional<std::string>();
  const auto characters = CountCharacters(text->get_string());
  if (!characters || *characters > kMaxCorrectionCharacters) {
    return BadJson("the text has more than 1000 characters");
  }
  return std::optional<std::string>(std::string(text->get_string()));
}

Outcome HandleList(RecognitionStore& store, const Request& request) {
  auto parsed = ParseListQuery(request.query);
  if (auto* problem = std::get_if<Problem>(&parsed)) return std::move(*problem);
  const auto& query = std::get<ListQuery>(parsed);
  auto page = store.List(query.filter, query.limit, query.cursor);
  if (!page.ok()) return ProblemFrom(std::move(page).error(), ProblemKind::kBadParameter);
  std::string json = "{\"recognitions\":[";
  for (std::size_t i = 0; i < page->recognitions.size(); ++i) {
    if (i > 0) json += ',';
    AppendRecognitionJson(page->recognitions[i], json);
  }
  json += "],\"next_cursor\":";
  if (page->next_cursor) {
    AppendJsonString(*page->next_cursor, json);
  } else {
    json += "null";
  }
  json += '}';
  return JsonResponse(std::move(json));
}

Outcome HandleFind(RecognitionStore& store, const Request& request) {
  const auto id = RecordId::Parse(request.path_argument);
  if (!id) return NoSuchRecognition(request.path_argument);
  auto recognition = store.Find(*id);
  if (!recognition.ok()) return FromStore(std::move(recognition).error(), request);
  std::string json;
  AppendRecognitionJson(*recognition, json);
  return JsonResponse(std::move(json));
}

Outcome HandlePicture(RecognitionStore& store, const Request& request) {
  const auto id = RecordId::Parse(request.path_argument);
  if (!id) return NoSuchRecognition(request.path_argument);
  auto recognition = store.Find(*id);
  if (!recognition.ok()) return FromStore(std::move(recognition).error(), request);
  Response response = PictureResponse(*recognition, request);
  if (response.status == 304) return response;
  auto picture = store.Picture(*id);
  if (!picture.ok()) return FromStore(std::move(picture).error(), request);
  response.picture = std::move(*picture);
  return response;
}

Outcome HandleDelete(RecognitionStore& store, const Request& request) {
  const auto id = RecordId::Parse(request.path_argument);
  if (!id) return NoSuchRecognition(request.path_argument);
  if (auto status = store.Delete(*id); !status.ok()) {
    return FromStore(std::move(status).error(), request);
  }
  Response response;
  response.status = 204;
  return response;
}

Outcome HandleCorrect(RecognitionStore& store, const Request& request) {
  const auto id = RecordId::Parse(request.path_argument);
  if (!id) return NoSuchRecognition(request.path_argument);
  auto text = ParseCorrection(request.body ? AsText(*request.body) : std::string_view());
  if (auto* problem = std::get_if<Problem>(&text)) return std::move(*problem);
  auto correction = store.Correct(*id, std::get<std::optional<std::string>>(std::move(text)));
  if (!correction.ok()) return FromStore(std::move(correction).error(), request);
  return HandleFind(store, request);
}

Outcome HandleListCorrections(RecognitionStore& store, const Request& request) {
  const auto id = RecordId::Parse(request.path_argument);
  if (!id) return NoSuchRecognition(request.path_argument);
  auto corrections = store.Corrections(*id);
  if (!corrections.ok()) return FromStore(std::move(corrections).error(), request);
  std::string json = "{\"corrections\":[";
  for (std::size_t i = 0; i < corrections->size(); ++i) {
    if (i > 0) json += ',';
    AppendCorrectionJson((*corrections)[i], json);
  }
  json += "]}";
  return JsonResponse(std::move(json));
}

}  // namespace glyphd::serving
