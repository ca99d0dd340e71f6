// Reads a TOML file as a flat list of names and values, each with its line.
//
// Output    [limits] max_body = 1 is named "limits.max_body"
// Threads   pure but for reading the file
// Errors    kNotFound: no such file; kUnavailable: cannot be read; kInvalidInput: no TOML, or a
//           list or date where a setting is expected (file, line, what)

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/setting.h"

namespace glyphd {

struct TomlEntry {
  std::string name;
  WrittenValue value;
  std::size_t line = 0;
};

Result<std::vector<TomlEntry>> ReadTomlFile(const std::filesystem::path& file);

std::string FormatTomlText(std::string_view text);  // quoted and escaped
std::string FormatTomlNumber(double number);

}  // namespace glyphd
