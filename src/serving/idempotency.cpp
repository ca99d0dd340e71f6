#include "serving/idempotency.h"

#include <algorithm>

namespace glyphd::serving {

KeysUnderWay::Claim KeysUnderWay::ClaimKey(const std::string& key, Waiter waiter) {
  const std::lock_guard lock(mutex_);
  const auto [entry, first] = keys_.try_emplace(key);
  if (first) return Claim::kLead;
  entry->second.push_back(std::move(waiter));
  return Claim::kWait;
}

void KeysUnderWay::Finish(const std::string& key, const AnswerPtr& answer) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = keys_.find(key);
    if (entry == keys_.end()) return;
    waiters = std::move(entry->second);
    keys_.erase(entry);
  }
  // Outside the lock: without an answer a waiter claims the key for itself.
  for (const Waiter& waiter : waiters) waiter(answer);
}

bool IsIdempotencyKey(std::string_view key) {
  return !key.empty() && key.size() <= 255 &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace glyphd::serving
