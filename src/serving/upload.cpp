#include "serving/upload.h"

#include <array>

#include <boost/json.hpp>

#include "serving/multipart.h"
#include "serving/utf8.h"

namespace glyphd::serving {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxFilenameCharacters = 255;
constexpr std::size_t kMaxJsonDepth = 32;

// Options as a form or JSON gave them, before the query overrules them.
struct GivenOptions {
  std::optional<std::string> layout;
  std::optional<std::string> reference;
};

std::string_view MediaTypeOf(std::string_view content_type) {
  return Trimmed(content_type.substr(0, content_type.find(';')));
}

std::optional<Problem> SetOptions(const Request& request, GivenOptions given, Upload& upload) {
  if (const auto layout = request.Parameter("layout")) given.layout = *layout;
  if (const auto reference = request.Parameter("reference")) given.reference = *reference;
  if (given.layout) {
    const auto layout = ParseLayout(*given.layout);
    if (!layout.ok()) return Problem{ProblemKind::kBadParameter, layout.error().message};
    upload.layout = *layout;
  }
  upload.reference = std::move(given.reference).value_or("");
  const auto characters = CountCharacters(upload.reference);
  if (!characters) return Problem{ProblemKind::kBadParameter, "reference is not valid UTF-8"};
  if (*characters > kMaxReferenceCharacters) {
    return Problem{ProblemKind::kBadParameter,
                   "reference has " + std::to_string(*characters) + " characters; 200 are allowed"};
  }
  return std::nullopt;
}

std::variant<Upload, Problem> FromRaw(const Request& request) {
  Upload upload;
  upload.pictures.push_back(
      {request.body,
       CleanFilename(ParseDisposition(request.Header("Content-Disposition")).filename)});
  if (auto problem = SetOptions(request, {}, upload)) return std::move(*problem);
  return upload;
}

Problem NoImagePart(const std::vector<Part>& parts) {
  constexpr std::size_t kNamed = 10;
  std::string detail = "the form has no part named \"image\"; it has ";
  if (parts.empty()) detail += "no parts at all";
  for (std::size_t i = 0; i < std::min(parts.size(), kNamed); ++i) {
    if (i > 0) detail += ", ";
    detail +=
        parts[i].name.empty() ? "one without a name" : "\"" + CleanFilename(parts[i].name) + "\"";
  }
  if (parts.size() > kNamed) detail += " and " + std::to_string(parts.size() - kNamed) + " more";
  return {ProblemKind::kNoImage, std::move(detail)};
}

std::optional<Problem> SetOnce(const Part& part, std::optional<std::string>& option) {
  if (option) {
    return Problem{ProblemKind::kBadParameter, "the form field " + part.name + " is given twice"};
  }
  option = std::string(AsText(part.content));
  return std::nullopt;
}

// Other fields are ignored: a form's submit button has a name too.
std::optional<Problem> TakePart(const Part& part, GivenOptions& given, Upload& upload) {
  if (part.name == "layout") return SetOnce(part, given.layout);
  if (part.name == "reference") return SetOnce(part, given.reference);
  if (part.name == "image") {
    upload.pictures.push_back(
        {std::make_shared<const Bytes>(part.content.begin(), part.content.end()),
         CleanFilename(part.filename)});
  }
  return std::nullopt;
}

std::variant<Upload, Problem> FromMultipart(const Request& request, int max_parts) {
  const auto boundary = BoundaryOf(request.Header("Content-Type"));
  if (!boundary.ok()) return Problem{ProblemKind::kBadMultipart, boundary.error().message};
  const auto parts = ParseMultipart(*request.body, *boundary, max_parts);
  if (!parts.ok()) {
    const bool too_many = parts.error().code == ErrorCode::kTooLarge;
    return Problem{too_many ? ProblemKind::kTooManyParts : ProblemKind::kBadMultipart,
                   parts.error().message};
  }
  Upload upload;
  GivenOptions given;
  for (const Part& part : *parts) {
    if (auto problem = TakePart(part, given, upload)) return std::move(*problem);
  }
  if (upload.pictures.empty()) return NoImagePart(*parts);
  upload.several = upload.pictures.size() > 1;
  if (auto problem = SetOptions(request, std::move(given), upload)) return std::move(*problem);
  return upload;
}

Problem BadJson(std::string detail) { return {ProblemKind::kBadJson, std::move(detail)}; }

std::variant<json::object, Problem> ParseObject(ByteView body) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::error_code error;
  json::value value;
  try {
    value = json::parse(AsText(body), error, {}, options);
  } catch (const std::exception& exception) {
    return BadJson(exception.what());
  }
  if (error == json::error::too_deep) {
    return BadJson("the JSON is nested more than " + std::to_string(kMaxJsonDepth) +
                   " levels deep");
  }
  if (error) return BadJson("this is not JSON: " + error.message());
  if (!value.is_object()) return BadJson("the JSON is no object; send {\"image\":\"<base64>\"}");
  return std::move(value.get_object());
}

std::variant<std::string_view, Problem> StringMember(const json::key_value_pair& member) {
  if (const auto* text = member.value().if_string()) return std::string_view(*text);
  return BadJson("the member \"" + std::string(member.key()) + "\" is no string");
}

// Pages have a picture as `data:image/png;base64,…` more often than bare.
std::string_view WithoutDataPrefix(std::string_view text) {
  constexpr std::string_view kMarker = ";base64,";
  if (!text.starts_with("data:")) return text;
  const std::size_t marker = text.find(kMarker);
  return marker == std::string_view::npos ? text : text.substr(marker + kMarker.size());
}

std::optional<Problem> TakeMember(std::string_view key, std::string_view text, GivenOptions& given,
                                  UploadedPicture& picture) {
  if (key == "layout") {
    given.layout = text;
  } else if (key == "reference") {
    given.reference = text;
  } else if (key == "filename") {
    picture.filename = CleanFilename(text);
  } else if (key == "image") {
    auto bytes = FromBase64(WithoutDataPrefix(text));
    if (!bytes.ok()) return BadJson("the member \"image\": " + bytes.error().message);
    picture.bytes = std::make_shared<const Bytes>(std::move(*bytes));
  } else {
    return BadJson("there is no member \"" + CleanFilename(key) +
                   "\"; known are image, filename, layout and reference");
  }
  return std::nullopt;
}

std::variant<Upload, Problem> FromJson(const Request& request) {
  auto parsed = ParseObject(*request.body);
  if (auto* problem = std::get_if<Problem>(&parsed)) return std::move(*problem);
  GivenOptions given;
  UploadedPicture picture;
  for (const auto& member : std::get<json::object>(parsed)) {
    auto text = StringMember(member);
    if (auto* problem = std::get_if<Problem>(&text)) return std::move(*problem);
    if (auto problem = TakeMember(member.key(), std::get<std::string_view>(text), given, picture)) {
      return std::move(*problem);
    }
  }
  if (!picture.bytes) return BadJson("the member \"image\" with the picture in base64 is missing");
  Upload upload;
  upload.pictures.push_back(std::move(picture));
  if (auto problem = SetOptions(request, std::move(given), upload)) return std::move(*problem);
  return upload;
}

std::variant<Upload, Problem> FromForm(const Request& request, UploadForm form, int max_parts) {
  switch (form) {
    case UploadForm::kMultipart:
      return FromMultipart(request, max_parts);
    case UploadForm::kJson:
      return FromJson(request);
    case UploadForm::kRaw:
      return FromRaw(request);
  }
  AbortBecause("an upload form without a reader");
}

std::optional<Problem> FindEmptyPicture(const Upload& upload) {
  for (std::size_t i = 0; i < upload.pictures.size(); ++i) {
    if (!upload.pictures[i].bytes->empty()) continue;
    Problem problem{ProblemKind::kEmptyBody, "the picture has no bytes"};
    if (upload.several) problem.part = i + 1;
    return problem;
  }
  return std::nullopt;
}

}  // namespace

std::optional<UploadForm> UploadFormOf(std::string_view content_type) {
  const std::string_view type = MediaTypeOf(content_type);
  if (EqualsIgnoringCase(type, "multipart/form-data")) return UploadForm::kMultipart;
  if (EqualsIgnoringCase(type, "application/json")) return UploadForm::kJson;
  if (type.empty() || EqualsIgnoringCase(type, "application/octet-stream") ||
      EqualsIgnoringCase(type.substr(0, 6), "image/")) {
    return UploadForm::kRaw;
  }
  return std::nullopt;
}

std::size_t WorkingBytes(UploadForm form, std::size_t body_bytes) {
  switch (form) {
    case UploadForm::kMultipart:
      return 2 * body_bytes;  // the body and its pictures
    case UploadForm::kJson:
      return 3 * body_bytes;  // the body, its text and the decoded picture
    case UploadForm::kRaw:
      return body_bytes;
  }
  AbortBecause("an upload form without a size");
}

std::variant<Upload, Problem> ParseUpload(const Request& request, int max_parts) {
  const auto form = UploadFormOf(request.Header("Content-Type"));
  if (!form) AbortBecause("an upload of a type that was to be refused");
  if (!request.body || request.body->empty()) {
    return Problem{ProblemKind::kEmptyBody, "the request has no body; send a picture in it"};
  }
  auto upload = FromForm(request, *form, max_parts);
  if (const auto* parsed = std::get_if<Upload>(&upload)) {
    if (auto problem = FindEmptyPicture(*parsed)) return std::move(*problem);
  }
  return upload;
}

std::string CleanFilename(std::string_view name) {
  const std::size_t folder = name.find_last_of("/\\");
  if (folder != std::string_view::npos) name.remove_prefix(folder + 1);
  const std::string valid = ToValidUtf8(name);
  return std::string(FirstCharacters(valid, kMaxFilenameCharacters));
}

}  // namespace glyphd::serving
