// Every way in which a request is refused, as RFC 9457 problem documents.
//
// Output    {"type":"/problems/<slug>","title","status","detail","request_id"}, and "part" where
//           one of several pictures is to blame; the types are stable and can be looked up
// Errors    ProblemFrom() holds the one switch from our error codes to HTTP

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "serving/http_message.h"

namespace glyphd::serving {

enum class ProblemKind {
  kBadRequest,
  kBadParameter,
  kUnknownParameter,
  kEmptyBody,
  kBadMultipart,
  kNoImage,
  kBadJson,
  kUnauthorized,
  kForbidden,
  kNotFound,
  kMethodNotAllowed,
  kTimeout,
  kConflict,
  kBodyTooLarge,
  kTooManyParts,
  kTargetTooLong,
  kUnsupportedRequestType,
  kUnsupportedPicture,
  kExpectationFailed,
  kDamagedPicture,
  kPixelLimit,
  kKeyReused,
  kHeaderTooLarge,
  kInternal,
  kNotImplemented,
  kOverloaded,
  kUnavailable,
  kHttpVersion,
};

struct ProblemType {
  ProblemKind kind;
  int status;
  std::string_view slug;
  std::string_view title;
};
const ProblemType& TypeOf(ProblemKind kind);
const ProblemType* FindProblemType(std::string_view slug);  // none: no such type

struct Problem {
  ProblemKind kind = ProblemKind::kBadRequest;
  std::string detail;  // for a person: what was wrong, where, what to try
  std::optional<std::size_t> part = std::nullopt;  // counted from 1 among several pictures
  std::vector<std::pair<std::string_view, std::string>> headers = {};
};

// `invalid_input` is what the caller's own mistake means here: a damaged picture, a bad parameter.
Problem ProblemFrom(Error error, ProblemKind invalid_input);
Response ToResponse(Problem problem, std::string_view request_id);

}  // namespace glyphd::serving
