// One line per event on standard error, with a level and key=value pairs.
//
// Threads   any
// Cost      one write per line; a line below the level costs a comparison

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace glyphd {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view key;
  std::string value;
};

void SetLogLevel(LogLevel level);
void SetLogFormatJson(bool json);  // one JSON object a line instead of text
void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void LogInfo(std::string_view event, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kInfo, event, fields);
}
inline void LogWarning(std::string_view event, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kWarning, event, fields);
}
inline void LogError(std::string_view event, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kError, event, fields);
}

}  // namespace glyphd
