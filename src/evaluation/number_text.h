// Numbers as people read them.
//
// Threads   pure functions

#pragma once

#include <string>

namespace glyphd {

std::string Fixed(double value, int decimals);    // "0.0042"; never depends on the locale
std::string Percent(double share, int decimals);  // "99.54 %"
std::string Grouped(std::size_t count);           // "10,000"

}  // namespace glyphd
