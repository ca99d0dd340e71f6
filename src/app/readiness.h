// Whether a server answers: one real GET /readyz over the network stack.
//
// Errors    kUnavailable: no 200 within the limit; the message carries what was answered

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace glyphd {

// For a person: "http://localhost:8000"; a listener on every address is on this machine too.
std::string AddressOf(const std::string& host, std::uint16_t port);

Status WaitUntilReady(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit);

}  // namespace glyphd
