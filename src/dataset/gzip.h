// Unpacks gzip.
//
// Threads   pure functions
// Errors    kInvalidInput: damaged or cut short; kTooLarge: unpacks to more than the limit
// Cost      memory grows with what is really unpacked, never with what a header promises

#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"

namespace glyphd {

bool IsGzip(ByteView bytes);
Result<Bytes> Gunzip(ByteView packed, std::size_t most_bytes);

}  // namespace glyphd
