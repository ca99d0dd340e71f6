// What can be done with kept recognitions: list, look at, correct, delete.
//
// Threads   Handle…() blocks on the store: for a worker, not for an event loop
// Errors    400 names the parameter; 404 for a malformed id too

#pragma once

#include <variant>

#include "serving/http_message.h"
#include "serving/problem.h"
#include "store/recognition_store.h"

namespace glyphd::serving {

using Outcome = std::variant<Response, Problem>;

Outcome HandleList(RecognitionStore& store, const Request& request);
Outcome HandleFind(RecognitionStore& store, const Request& request);
Outcome HandlePicture(RecognitionStore& store, const Request& request);
Outcome HandleDelete(RecognitionStore& store, const Request& request);
Outcome HandleCorrect(RecognitionStore& store, const Request& request);
Outcome HandleListCorrections(RecognitionStore& store, const Request& request);

struct ListQuery {
  RecognitionFilter filter;
  int limit = 50;
  std::optional<std::string> cursor;
};
std::variant<ListQuery, Problem> ParseListQuery(const std::vector<QueryParameter>& query);
// {"text": string|null}; at most 1,000 characters.
std::variant<std::optional<std::string>, Problem> ParseCorrection(std::string_view body);

}  // namespace glyphd::serving
