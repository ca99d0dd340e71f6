// Every address that is served, what may be done there, who may, and with which parameters.
//
// Threads   one constant table
// Why       routing, access, Allow, metrics and the unknown-parameter check read the same table

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "access/api_keys.h"

namespace glyphd::serving {

enum class Action {
  kSubmit,
  kSubmitForm,
  kList,
  kFind,
  kPicture,
  kDelete,
  kCorrect,
  kListCorrections,
  kLive,
  kReady,
  kMetrics,
  kOpenApi,
  kDocs,
  kProblemType,
  kAsset,
};

struct Endpoint {
  Action action;
  std::string_view method;
  std::string_view path;       // {id} stands for one segment; /* for every asset
  std::optional<Scope> scope;  // none: open to everybody
  std::span<const std::string_view> parameters;
  bool any_parameter = false;  // a page ignores what is appended to its address

  bool takes_upload() const { return action == Action::kSubmit || action == Action::kSubmitForm; }
  bool takes_body() const { return takes_upload() || action == Action::kCorrect; }
  bool changes_state() const { return method != "GET"; }
};

std::span<const Endpoint> Endpoints();

struct RouteMatch {
  const Endpoint* endpoint = nullptr;  // none: the path is known, the method is not
  std::string_view argument;           // what {id} stands for; lives in the path
  std::string allow;                   // the methods of this path
};
// None: there is nothing at this path. HEAD matches GET.
std::optional<RouteMatch> MatchRoute(std::string_view method, std::string_view path);

}  // namespace glyphd::serving
