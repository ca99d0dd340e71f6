#include "serving/service.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "serving/pages.h"
#include "serving/router.h"
#include "serving/submission.h"
#include "serving/upload.h"
#include "serving/url.h"
#include "serving/utf8.h"

namespace glyphd::serving {
namespace {

constexpr std::size_t kMaxTarget = 8192;
constexpr int kLookupThreads = 2;

Problem NotFoundAt(std::string_view path) {
  return {ProblemKind::kNotFound,
          "there is nothing at " + ToValidUtf8(path.substr(0, 200)) + "; see /docs"};
}

std::optional<Problem> CheckParameters(const Request& request) {
  const Endpoint& endpoint = *request.endpoint;
  if (endpoint.any_parameter) return std::nullopt;
  for (std::size_t i = 0; i < request.query.size(); ++i) {
    const std::string& name = request.query[i].name;
    const std::string shown = "\"" + ToValidUtf8(name.substr(0, 100)) + "\"";
    if (std::ranges::find(endpoint.parameters, name) == endpoint.parameters.end()) {
      return Problem{ProblemKind::kUnknownParameter, "there is no query parameter " + shown};
    }
    const auto earlier = request.query.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(request.query.begin(), earlier,
                    [&](const QueryParameter& other) { return other.name == name; })) {
      return Problem{ProblemKind::kBadParameter, "the parameter " + shown + " is given twice"};
    }
  }
  return std::nullopt;
}

std::optional<Problem> CheckUploadType(const Request& request) {
  if (!request.endpoint->takes_upload()) return std::nullopt;
  const std::string_view type = request.Header("Content-Type");
  if (UploadFormOf(type)) return std::nullopt;
  return Problem{ProblemKind::kUnsupportedRequestType,
                 "the Content-Type " + ToValidUtf8(type.substr(0, 100)) +
                     " is not taken; send multipart/form-data, application/json, image/*, "
                     "application/octet-stream, or none"};
}

Response Live() {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "alive\n";
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response Options(std::string allow) {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", std::move(allow));
  return response;
}

CurrentFigures FiguresOf(ServiceContext& context) {
  const StoreFigures store = context.options.record ? context.store->Figures() : StoreFigures();
  return {context.picture_workers.queued(),
          context.lookup_workers.queued(),
          context.body_memory->reserved(),
          context.decode_memory->reserved(),
          store.records,
          store.commits,
          store.kept,
          store.waiting};
}

Response MetricsText(ServiceContext& context) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = context.metrics.Text(FiguresOf(context));
  return response;
}

Outcome ProblemTypeOutcome(const Request& request) {
  if (const ProblemType* type = FindProblemType(request.path_argument))
    return ProblemTypePage(*type);
  return NotFoundAt(request.path);
}

void Answer(Exchange& exchange, Outcome outcome) {
  if (auto* problem = std::get_if<Problem>(&outcome)) return exchange.Refuse(std::move(*problem));
  exchange.Respond(std::get<Response>(std::move(outcome)));
}

}  // namespace

ServiceContext::ServiceContext(const ServerOptions& server_options, ServerParts parts)
    : options(server_options),
      recognizer(std::move(parts.recognizer)),
      store(parts.store),
      access(options.host, std::move(parts.keys)),
      metrics(recognizer->classifier().name(), recognizer->classifier().version()),
      body_memory(std::make_shared<MemoryPool>(options.memory_budget_bytes / 4)),
      decode_memory(
          std::make_shared<MemoryPool>(options.memory_budget_bytes - body_memory->capacity())),
      picture_workers(static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))),
      lookup_workers(kLookupThreads) {}

std::string RequestIdFor(std::string_view given) {
  constexpr std::string_view kAllowedMarks = "-_.:+/=@";
  const bool sane =
      !given.empty() && given.size() <= 128 && std::all_of(given.begin(), given.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kAllowedMarks.find(c) != kAllowedMarks.npos;
      });
  if (sane) return std::string(given);
  static const std::string process = [] {
    std::array<std::uint8_t, 5> random{};
    FillRandom(random);
    return ToHex(random) + "-";
  }();
  static std::atomic<std::uint64_t> count{0};
  return process + std::to_string(++count);
}

std::optional<Response> Service::Judge(Request& request) const {
  request.id = RequestIdFor(request.Header("X-Request-Id"));
  if (request.method == "OPTIONS" && request.target == "*") {
    return Options("GET, HEAD, POST, PUT, DELETE, OPTIONS");
  }
  if (request.target.size() > kMaxTarget) {
    return ToResponse({ProblemKind::kTargetTooLong, "the address has more than 8192 characters"},
                      request.id);
  }
  auto target = ParseTarget(request.target);
  if (!target.ok()) {
    return ToResponse({ProblemKind::kBadRequest, target.error().message}, request.id);
  }
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  auto match = MatchRoute(request.method, request.path);
  if (!match) return ToResponse(NotFoundAt(request.path), request.id);
  request.endpoint = match->endpoint;
  request.path_argument = match->argument;
  if (request.method == "OPTIONS") return Options(std::move(match->allow));
  if (request.endpoint == nullptr) {
    return ToResponse({ProblemKind::kMethodNotAllowed,
                       "this address knows " + match->allow,
                       {},
                       {{"Allow", match->allow}}},
                      request.id);
  }
  if (auto problem = FindProblem(request)) return ToResponse(std::move(*problem), request.id);
  return std::nullopt;
}

std::optional<Problem> Service::FindProblem(Request& request) const {
  if (auto problem = context_->access.Judge(request)) return problem;
  if (auto problem = CheckParameters(request)) return problem;
  if (auto problem = CheckUploadType(request)) return problem;
  if (request.content_length.value_or(0) > context_->options.max_body_bytes) {
    return Problem{ProblemKind::kBodyTooLarge,
                   "the body has " + std::to_string(*request.content_length) + " bytes; at most " +
                       std::to_string(context_->options.max_body_bytes) + " are allowed"};
  }
  return std::nullopt;
}

std::size_t Service::BodyMemory(const Request& request, std::size_t body_bytes) const {
  const auto form = UploadFormOf(request.Header("Content-Type"));
  const bool upload = request.endpoint->takes_upload() && form.has_value();
  return upload ? WorkingBytes(*form, body_bytes) : body_bytes;
}

void Service::Handle(const ExchangePtr& exchange) {
  const Request& request = exchange->request();
  switch (request.endpoint->action) {
    case Action::kSubmit:
    case Action::kSubmitForm:
      return Submit(context_, exchange);
    case Action::kLive:
      return exchange->Respond(Live());
    case Action::kOpenApi:
      return exchange->Respond(OpenApiDocument());
    case Action::kDocs:
      return exchange->Respond(DocsPage(request));
    case Action::kAsset:
      return exchange->Respond(AssetPage(request));
    case Action::kProblemType:
      return Answer(*exchange, ProblemTypeOutcome(request));
    case Action::kReady:
    case Action::kMetrics:
      return context_->lookup_workers.Post([this, exchange] { Report(*exchange); });
    case Action::kList:
      return OnWorker(exchange, HandleList);
    case Action::kFind:
      return OnWorker(exchange, HandleFind);
    case Action::kPicture:
      return OnWorker(exchange, HandlePicture);
    case Action::kDelete:
      return OnWorker(exchange, HandleDelete);
    case Action::kCorrect:
      return OnWorker(exchange, HandleCorrect);
    case Action::kListCorrections:
      return OnWorker(exchange, HandleListCorrections);
  }
}

void Service::Report(Exchange& exchange) {
  const bool metrics = exchange.request().endpoint->action == Action::kMetrics;
  exchange.Respond(metrics ? MetricsText(*context_) : ReadinessResponse(health_.Check(*context_)));
}

void Service::OnWorker(const ExchangePtr& exchange, RecordHandler handle) {
  if (!context_->options.record) {
    return exchange->Refuse({ProblemKind::kUnavailable, "recording is off: nothing is kept here"});
  }
  context_->lookup_workers.Post([store = context_->store, exchange, handle] {
    Answer(*exchange, handle(*store, exchange->request()));
  });
}

}  // namespace glyphd::serving
