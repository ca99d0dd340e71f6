#include "config/toml_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include <toml++/toml.h>

#include "base/bytes.h"

namespace glyphd {
namespace {

namespace fs = std::filesystem;

// Anything larger is another file given by mistake.
constexpr std::uintmax_t kMaxFileBytes = 1U << 20U;

std::string At(const fs::path& file, std::size_t line) {
  return file.string() + ":" + std::to_string(line);
}

std::optional<WrittenValue> ToWritten(const toml::node& node, const fs::path& folder) {
  if (const auto* text = node.as_string()) return WrittenValue{text->get(), true, folder};
  if (const auto* whole = node.as_integer()) return WrittenValue{whole->get(), true, folder};
  if (const auto* number = node.as_floating_point())
    return WrittenValue{number->get(), true, folder};
  if (const auto* boolean = node.as_boolean()) return WrittenValue{boolean->get(), true, folder};
  return std::nullopt;
}

Status Flatten(const toml::table& table, const std::string& prefix, const fs::path& file,
               std::vector<TomlEntry>& entries) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const std::size_t line = key.source().begin.line;
    if (const toml::table* inner = node.as_table()) {
      if (Status status = Flatten(*inner, name + ".", file, entries); !status.ok()) return status;
      continue;
    }
    auto value = ToWritten(node, file.parent_path());
    if (!value) {
      return InvalidInput(At(file, line) + ": " + name +
                          ": must be a text, a number, true or false, not a list or a date");
    }
    entries.push_back({name, *std::move(value), line});
  }
  return {};
}

Result<std::string> ReadWhole(const fs::path& file) {
  std::error_code failure;
  if (!fs::exists(file, failure)) {
    return NotFound("there is no configuration file " + file.string());
  }
  if (!fs::is_regular_file(file, failure)) return Unavailable(file.string() + " is not a file");
  if (fs::file_size(file, failure) > kMaxFileBytes) {
    return InvalidInput(file.string() + " is too large to be a configuration file");
  }
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  if (stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  if (!stream.is_open() || stream.bad()) {
    return Unavailable("cannot read " + file.string() + ": " + std::strerror(errno));
  }
  return text.str();
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string EscapeOf(char control) {
  return "\\u00" + ToHex({reinterpret_cast<const std::uint8_t*>(&control), 1});
}

}  // namespace

Result<std::vector<TomlEntry>> ReadTomlFile(const fs::path& file) {
  const auto text = ReadWhole(file);
  if (!text.ok()) return text.error();
  try {
    const toml::table table = toml::parse(*text, file.string());
    std::vector<TomlEntry> entries;
    if (Status status = Flatten(table, "", file, entries); !status.ok()) {
      return std::move(status).error();
    }
    // toml++ sorts by name; the first fault that a person meets is the topmost.
    std::stable_sort(entries.begin(), entries.end(),
                     [](const TomlEntry& a, const TomlEntry& b) { return a.line < b.line; });
    return entries;
  } catch (const toml::parse_error& failure) {
    return InvalidInput(At(file, failure.source().begin.line) + ": " +
                        std::string(failure.description()));
  }
}

std::string FormatTomlText(std::string_view text) {
  std::string formatted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') formatted += '\\';
    formatted += IsControl(c) ? EscapeOf(c) : std::string(1, c);
  }
  return formatted + '"';
}

std::string FormatTomlNumber(double number) {
  char text[32];  // the shortest decimal that reads back the same has at most 24 characters
  const auto end = std::to_chars(std::begin(text), std::end(text), number).ptr;
  return std::string(std::begin(text), end);
}

}  // namespace glyphd
