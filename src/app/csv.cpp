#include "app/csv.h"

namespace glyphd {

std::string CsvText(std::string_view text) {
  std::string cell;
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  if (formula) cell += '\'';
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  const bool plain = text.find_first_of("\",\r\n") == std::string_view::npos;
  return plain ? cell : '"' + cell + '"';
}

std::string CsvRow(const std::vector<std::string>& cells) {
  std::string row;
  for (const std::string& cell : cells) row += cell + ",";
  row.back() = '\n';  // in place of the last comma
  return row;
}

}  // namespace glyphd
