// One POST of pictures, from its body to its durable answer.
//
// Steps     parse, claim the Idempotency-Key, prepare, read, keep, answer
// Threads   starts on its connection's loop; large pictures move to a worker, and the answer
//           comes from the store's writer
// Errors    answered as problems; nothing of a refused request is kept

#pragma once

#include "serving/exchange.h"
#include "serving/service_context.h"

namespace glyphd::serving {

void Submit(std::shared_ptr<ServiceContext> context, ExchangePtr exchange);

// What the client prefers by its Accept header; on a tie JSON.
bool PrefersHtml(std::string_view accept);

}  // namespace glyphd::serving
