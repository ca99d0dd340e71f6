// One row of comma-separated values that is safe to open in a spreadsheet.
//
// Bytes     RFC 4180, lines ended by a line feed. Text that a spreadsheet would run as a formula
//           (it starts with = + - @, a tab or a carriage return) gets a leading apostrophe.
// Threads   pure functions

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glyphd {

std::string CsvText(std::string_view text);  // of other people: quoted and disarmed
std::string CsvRow(
    const std::vector<std::string>& cells);  // at least one, already quoted; with its line feed

}  // namespace glyphd
