// The name of one kept recognition: a UUIDv7, so that ids sort by the time they were made.
//
// Threads   RecordIds::Next() may be called from any thread
// Errors    Parse(): nothing but the canonical 36 characters is an id
// Source    RFC 9562, section 5.7

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace glyphd {

class RecordId {
 public:
  using Octets = std::array<std::uint8_t, 16>;

  RecordId() = default;  // all zero; no recognition has this id
  explicit RecordId(const Octets& octets) : octets_(octets) {}

  // A fresh id. Ids made in one process never repeat and never go back, even in the
  // same millisecond or when the clock is set back.
  static RecordId Next(TimePoint now);
  static std::optional<RecordId> Parse(std::string_view text);

  std::string ToString() const;
  const Octets& octets() const { return octets_; }
  auto operator<=>(const RecordId&) const = default;

 private:
  Octets octets_{};
};

}  // namespace glyphd

template <>
struct std::hash<glyphd::RecordId> {
  std::size_t operator()(const glyphd::RecordId& id) const noexcept;
};
