#include "base/record_id.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/bytes.h"

namespace glyphd {
namespace {

// RFC 9562, method 2: within one millisecond the random part counts up by a random
// step, so that ids stay in order without giving away how many were made.
class IdSequence {
 public:
  RecordId::Octets Next(std::uint64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (now_ms > last_ms_) {
      last_ms_ = now_ms;
      counter_ = Random() >> 2;  // the top bit stays free, so that counting up cannot overflow
    } else {
      counter_ += 1 + (Random() & 0xffffffffU);
      if (counter_ >> 62 != 0) {  // as good as never: then borrow the next millisecond
        ++last_ms_;
        counter_ = Random() >> 2;
      }
    }
    return Compose();
  }

 private:
  // Random bytes are drawn in blocks: a call to the generator for each id would cost
  // more than the rest of it.
  std::uint64_t Random() {
    if (used_ + sizeof(std::uint64_t) > pool_.size()) {
      FillRandom(pool_);
      used_ = 0;
    }
    std::uint64_t value = 0;
    std::memcpy(&value, pool_.data() + used_, sizeof value);
    used_ += sizeof value;
    return value;
  }

  RecordId::Octets Compose() {
    RecordId::Octets octets{};
    for (std::size_t i = 0; i < 6; ++i) {
      octets[i] = static_cast<std::uint8_t>(last_ms_ >> (40 - 8 * i));
    }
    // 62 counter bits are spread over rand_a (12) and the top 50 of rand_b (62);
    // the last 12 are random for each id.
    octets[6] = static_cast<std::uint8_t>(0x70 | (counter_ >> 58 & 0x0f));
    octets[7] = static_cast<std::uint8_t>(counter_ >> 50);
    octets[8] = static_cast<std::uint8_t>(0x80 | (counter_ >> 44 & 0x3f));
    for (std::size_t i = 9; i < 14; ++i) {
      octets[i] = static_cast<std::uint8_t>(counter_ >> (36 - 8 * (i - 9)));
    }
    const std::uint64_t tail = Random();
    octets[14] = static_cast<std::uint8_t>((counter_ << 4 & 0xf0) | (tail & 0x0f));
    octets[15] = static_cast<std::uint8_t>(tail >> 8);
    return octets;
  }

  std::mutex mutex_;
  std::uint64_t last_ms_ = 0;  // guarded by mutex_
  std::uint64_t counter_ = 0;  // guarded by mutex_
  std::array<std::uint8_t, 512> pool_{};
  std::size_t used_ = pool_.size();
};

bool IsDashPosition(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

RecordId RecordId::Next(TimePoint now) {
  // The order of ids is a promise of the whole process, so the sequence is its only one.
  static IdSequence sequence;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  return RecordId(sequence.Next(static_cast<std::uint64_t>(std::max<std::int64_t>(ms.count(), 0))));
}

std::optional<RecordId> RecordId::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  digits.reserve(32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsDashPosition(i) != (text[i] == '-')) return std::nullopt;
    if (text[i] >= 'A' && text[i] <= 'F') return std::nullopt;  // one spelling per id
    if (text[i] != '-') digits.push_back(text[i]);
  }
  const Result<Bytes> bytes = FromHex(digits);
  if (!bytes) return std::nullopt;
  Octets octets{};
  std::copy(bytes->begin(), bytes->end(), octets.begin());
  return RecordId(octets);
}

std::string RecordId::ToString() const {
  const std::string hex = ToHex(octets_);
  std::string text;
  text.reserve(36);
  for (const char c : hex) {
    if (IsDashPosition(text.size())) text.push_back('-');
    text.push_back(c);
  }
  return text;
}

}  // namespace glyphd

std::size_t std::hash<glyphd::RecordId>::operator()(const glyphd::RecordId& id) const noexcept {
  // The tail holds most of the randomness.
  std::size_t value = 0;
  std::memcpy(&value, id.octets().data() + 8, sizeof value);
  return value;
}
