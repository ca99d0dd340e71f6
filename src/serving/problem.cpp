#include "serving/problem.h"

#include <algorithm>
#include <array>

#include "reading/reading.h"

namespace glyphd::serving {
namespace {

using K = ProblemKind;

constexpr std::array kTypes = {
    ProblemType{K::kBadRequest, 400, "bad-request", "The request is malformed"},
    ProblemType{K::kBadParameter, 400, "bad-parameter", "A parameter has a value it cannot have"},
    ProblemType{K::kUnknownParameter, 400, "unknown-parameter", "There is no such parameter"},
    ProblemType{K::kEmptyBody, 400, "empty-body", "The picture is missing"},
    ProblemType{K::kBadMultipart, 400, "bad-multipart", "The form cannot be taken apart"},
    ProblemType{K::kNoImage, 400, "no-image", "The form has no part named image"},
    ProblemType{K::kBadJson, 400, "bad-json", "The JSON cannot be used"},
    ProblemType{K::kUnauthorized, 401, "unauthorized", "An API key is needed"},
    ProblemType{K::kForbidden, 403, "forbidden", "This is not allowed"},
    ProblemType{K::kNotFound, 404, "not-found", "There is no such thing"},
    ProblemType{K::kMethodNotAllowed, 405, "method-not-allowed", "The method does not fit"},
    ProblemType{K::kTimeout, 408, "timeout", "The request came too slowly"},
    ProblemType{K::kConflict, 409, "conflict", "It contradicts what is there"},
    ProblemType{K::kBodyTooLarge, 413, "too-large", "The request is too large"},
    ProblemType{K::kTooManyParts, 413, "too-many-parts", "The form has too many parts"},
    ProblemType{K::kTargetTooLong, 414, "target-too-long", "The address is too long"},
    ProblemType{K::kUnsupportedRequestType, 415, "unsupported-request-type",
                "The request's Content-Type is not taken here"},
    ProblemType{K::kUnsupportedPicture, 415, "unsupported-picture",
                "The picture's format is not known"},
    ProblemType{K::kExpectationFailed, 417, "expectation-failed", "The expectation is not known"},
    ProblemType{K::kDamagedPicture, 422, "damaged-picture", "The picture cannot be read"},
    ProblemType{K::kPixelLimit, 422, "pixel-limit", "The picture has too many pixels"},
    ProblemType{K::kKeyReused, 422, "idempotency-key-reused",
                "The Idempotency-Key was used for another request"},
    ProblemType{K::kHeaderTooLarge, 431, "header-too-large", "The header is too large"},
    ProblemType{K::kInternal, 500, "internal", "Something of ours is damaged"},
    ProblemType{K::kNotImplemented, 501, "not-implemented", "This part of HTTP is not served"},
    ProblemType{K::kOverloaded, 503, "overloaded", "Too much is under way"},
    ProblemType{K::kUnavailable, 503, "unavailable", "The service cannot do this just now"},
    ProblemType{K::kHttpVersion, 505, "http-version", "This HTTP version is not served"},
};

ProblemKind KindFrom(ErrorCode code, ProblemKind invalid_input) {
  switch (code) {
    case ErrorCode::kInvalidInput:
      return invalid_input;
    case ErrorCode::kUnsupported:
      return K::kUnsupportedPicture;
    case ErrorCode::kTooLarge:
      return K::kBodyTooLarge;
    case ErrorCode::kNotFound:
      return K::kNotFound;
    case ErrorCode::kConflict:
      return K::kConflict;
    case ErrorCode::kUnavailable:
      return K::kUnavailable;
    case ErrorCode::kCorrupt:
      return K::kInternal;
  }
  AbortBecause("an error code without an HTTP status");
}

void AppendMember(std::string_view name, std::string_view value, std::string& json) {
  json += ",\"";
  json += name;
  json += "\":";
  AppendJsonString(value, json);
}

std::string ToJson(const Problem& problem, const ProblemType& type, std::string_view request_id) {
  std::string json = "{\"type\":\"/problems/";
  json += type.slug;
  json += '"';
  AppendMember("title", type.title, json);
  json += ",\"status\":" + std::to_string(type.status);
  AppendMember("detail", problem.detail, json);
  if (problem.part) json += ",\"part\":" + std::to_string(*problem.part);
  AppendMember("request_id", request_id, json);
  json += "}\n";
  return json;
}

}  // namespace

const ProblemType& TypeOf(ProblemKind kind) {
  const auto* const found = std::find_if(
      kTypes.begin(), kTypes.end(), [kind](const ProblemType& type) { return type.kind == kind; });
  if (found == kTypes.end()) AbortBecause("a problem without a type");
  return *found;
}

const ProblemType* FindProblemType(std::string_view slug) {
  const auto* const found = std::find_if(
      kTypes.begin(), kTypes.end(), [slug](const ProblemType& type) { return type.slug == slug; });
  return found == kTypes.end() ? nullptr : found;
}

Problem ProblemFrom(Error error, ProblemKind invalid_input) {
  Problem problem{KindFrom(error.code, invalid_input), std::move(error.message)};
  if (error.code == ErrorCode::kUnavailable) problem.headers.emplace_back("Retry-After", "1");
  return problem;
}

Response ToResponse(Problem problem, std::string_view request_id) {
  const ProblemType& type = TypeOf(problem.kind);
  Response response;
  response.status = type.status;
  response.content_type = "application/problem+json";
  response.body = ToJson(problem, type, request_id);
  response.headers = std::move(problem.headers);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace glyphd::serving
