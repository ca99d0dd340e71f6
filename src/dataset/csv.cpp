#include "dataset/csv.h"

#include <algorithm>
#include <utility>

namespace glyphd {
namespace {

class CsvParser {
 public:
  explicit CsvParser(std::string_view text) : rest_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  Result<std::vector<CsvRow>> Parse() {
    std::vector<CsvRow> rows;
    while (!rest_.empty()) {
      CsvRow row{line_, {}};
      if (!ReadRow(row)) {
        return InvalidInput("line " + std::to_string(row.line) + ": a quote is not closed");
      }
      const bool is_empty = row.fields.size() == 1 && row.fields[0].empty();
      if (!is_empty) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool ReadRow(CsvRow& row) {
    do {
      std::string field;
      if (!ReadField(field)) return false;
      row.fields.push_back(std::move(field));
    } while (Skip(','));
    Skip('\r');
    if (Skip('\n')) ++line_;
    return true;
  }

  // Quoted parts are taken as they are, so that a comma or line end may stand in them.
  bool ReadField(std::string& field) {
    while (true) {
      const std::size_t plain = std::min(rest_.find_first_of(",\r\n\""), rest_.size());
      field += rest_.substr(0, plain);
      rest_.remove_prefix(plain);
      if (!Skip('"')) break;
      if (!ReadQuoted(field)) return false;
    }
    return true;
  }

  bool ReadQuoted(std::string& field) {
    do {
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos) return false;
      const std::string_view quoted = rest_.substr(0, end);
      line_ += static_cast<std::size_t>(std::ranges::count(quoted, '\n'));
      field += quoted;
      rest_.remove_prefix(end + 1);
      if (rest_.starts_with('"')) field += '"';
    } while (Skip('"'));
    return true;
  }

  bool Skip(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> ParseCsv(std::string_view text) { return CsvParser(text).Parse(); }

}  // namespace glyphd
