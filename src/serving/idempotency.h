// Lets one request per Idempotency-Key go ahead and the others wait for what it answers.
//
// Scope     this process; the store keeps answers for 24 hours and through restarts
// Threads   safe from any thread; a waiter is called on the thread that finishes
// Source    draft-ietf-httpapi-idempotency-key-header

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/recognition_store.h"

namespace glyphd::serving {

using AnswerPtr = std::shared_ptr<const IdempotentAnswer>;

class KeysUnderWay {
 public:
  enum class Claim {
    kLead,  // go ahead, and call Finish() whatever happens
    kWait,  // `waiter` will be called
  };
  // Called with the answer, which may be another request's; with none when the leader failed:
  // claim again. Other bytes wait too, for the one under way may itself be the wrong one.
  using Waiter = std::function<void(AnswerPtr)>;

  Claim ClaimKey(const std::string& key, Waiter waiter);
  void Finish(const std::string& key, const AnswerPtr& answer);

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<Waiter>> keys_;
};

// 1–255 visible ASCII characters.
bool IsIdempotencyKey(std::string_view key);

}  // namespace glyphd::serving
