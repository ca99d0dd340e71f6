// One thing that can be set: its name, its help, and where its value goes.
//
// A setting has one name, from which the others follow: max_body is `max_body` in the file,
// `--max-body` as a flag and `GLYPHD_MAX_BODY` in the environment.
//
// Lifetime  the target of a setting outlives it
// Errors    Setting::assign(): kInvalidInput, saying what is expected; the target keeps its value

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace glyphd {

// A value as it was written: typed in a file, text in a flag or the environment.
struct WrittenValue {
  std::variant<std::string, std::int64_t, double, bool> value;
  bool typed = false;
  std::filesystem::path folder;  // where a relative path starts; empty: the working directory
};

struct Setting {
  std::string name;
  std::string placeholder;  // "SIZE", in --help
  std::string help;         // one line, without a full stop
  std::function<Status(const WrittenValue&)> assign;
  std::function<std::string()> show;  // the value as TOML; empty: not set

  std::string Flag() const;                 // "--max-body"
  std::string EnvironmentVariable() const;  // "GLYPHD_MAX_BODY"
};

// An inclusive range.
struct Range {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

Setting TextSetting(std::string name, std::string help, std::string& target);
Setting PathSetting(std::string name, std::string placeholder, std::string help,
                    std::filesystem::path& target);
Setting SizeSetting(std::string name, std::string help, Range bytes,
                    std::function<std::int64_t()> get, std::function<void(std::int64_t)> set);
Setting DurationSetting(std::string name, std::string help, std::chrono::milliseconds& target);
Setting FractionSetting(std::string name, std::string help, double& target);  // 0 … 1
Setting BooleanSetting(std::string name, std::string help, bool& target);
Setting ChoiceSetting(std::string name, std::string help, std::vector<std::string> choices,
                      std::string& target);
Setting WholeNumberSetting(std::string name, std::string placeholder, std::string help, Range range,
                           std::function<std::int64_t()> get,
                           std::function<void(std::int64_t)> set);

// The same for a variable of any integer type.
template <typename Integer>
Setting WholeNumberSetting(std::string name, std::string placeholder, std::string help, Range range,
                           Integer& target) {
  return WholeNumberSetting(
      std::move(name), std::move(placeholder), std::move(help), range,
      [&target] { return static_cast<std::int64_t>(target); },
      [&target](std::int64_t value) { target = static_cast<Integer>(value); });
}
template <typename Integer>
Setting SizeSetting(std::string name, std::string help, Range bytes, Integer& target) {
  return SizeSetting(
      std::move(name), std::move(help), bytes,
      [&target] { return static_cast<std::int64_t>(target); },
      [&target](std::int64_t value) { target = static_cast<Integer>(value); });
}

}  // namespace glyphd
