// The API: judges a request by its head, then answers it, whoever carries the bytes.
//
// Threads   every function is safe from any thread; Handle() answers later, or at once
// Lifetime  an exchange under way keeps it
// Errors    answered as problems

#pragma once

#include <memory>
#include <optional>

#include "serving/exchange.h"
#include "serving/health.h"
#include "serving/record_requests.h"
#include "serving/service_context.h"

namespace glyphd::serving {

class Service {
 public:
  explicit Service(std::shared_ptr<ServiceContext> context) : context_(std::move(context)) {}

  ServiceContext& context() { return *context_; }

  // Looks at the head alone, before the body is read, and fills request.endpoint and the like.
  // None: read the body, then Handle().
  std::optional<Response> Judge(Request& request) const;
  void Handle(const ExchangePtr& exchange);
  // How much memory the body will need, once read and taken apart.
  std::size_t BodyMemory(const Request& request, std::size_t body_bytes) const;

 private:
  std::optional<Problem> FindProblem(Request& request) const;
  void Report(Exchange& exchange);  // on a worker
  using RecordHandler = Outcome (*)(RecognitionStore&, const Request&);
  void OnWorker(const ExchangePtr& exchange, RecordHandler handle);

  std::shared_ptr<ServiceContext> context_;
  Health health_;
};

// The client's X-Request-Id when it is sane, else a fresh one.
std::string RequestIdFor(std::string_view given);

}  // namespace glyphd::serving
