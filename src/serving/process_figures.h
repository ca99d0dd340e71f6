// What the operating system says of this process.
//
// Errors    a figure that cannot be read is 0: metrics never fail a request

#pragma once

#include <cstddef>
#include <cstdint>

namespace glyphd::serving {

struct ProcessFigures {
  std::int64_t resident_bytes = 0;
  std::int64_t open_files = 0;
  double cpu_seconds = 0;
};
ProcessFigures ReadProcessFigures();

}  // namespace glyphd::serving
