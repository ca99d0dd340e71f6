// Which classes a set of examples has, and in which order.
//
// Threads   pure functions

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace glyphd {

// All names once. A set of digits always has all ten: one that happens to lack a digit still
// means the same classes as the models do. Otherwise by number, else by letter.
std::vector<std::string> OrderedClasses(const std::vector<std::string>& names);

// "0" … "9", or up to the highest label where one is higher.
std::vector<std::string> NumberedClasses(std::span<const std::uint8_t> labels);

}  // namespace glyphd
