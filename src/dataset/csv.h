// Rows of a CSV text as spreadsheets and programs write it.
//
// Threads   pure function
// Errors    kInvalidInput: a quote that is not closed; names the line
// Source    RFC 4180; also LF line ends, a byte order mark, and empty lines, which are skipped

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glyphd {

struct CsvRow {
  std::size_t line = 0;  // where it begins, from 1: what an editor shows
  std::vector<std::string> fields;
};

Result<std::vector<CsvRow>> ParseCsv(std::string_view text);

}  // namespace glyphd
