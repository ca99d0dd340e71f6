// One request under way: what a handler reads, and how it answers, whoever carries it.
//
// Threads   the request belongs to the handler until Respond(); Respond() and Loop::Post() are
//           safe from any thread; batch() only on the loop's own
// Lifetime  a handler that keeps the pointer keeps the request

#pragma once

#include <functional>
#include <memory>

#include "serving/http_message.h"
#include "serving/problem.h"

namespace glyphd::serving {

class ReadingBatch;

class Loop {
 public:
  virtual ~Loop() = default;
  virtual void Post(std::function<void()> task) = 0;
  virtual ReadingBatch& batch() = 0;
};

class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual Request& request() = 0;
  virtual Loop& loop() = 0;
  virtual void Respond(Response response) = 0;  // once

  void Refuse(Problem problem) { Respond(ToResponse(std::move(problem), request().id)); }
};
using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace glyphd::serving
