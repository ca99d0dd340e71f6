#include "config/setting.h"

#include <algorithm>
#include <array>

#include "config/nearest.h"
#include "config/toml_file.h"
#include "config/values.h"

namespace glyphd {
namespace {

// In the order of WrittenValue's alternatives.
constexpr std::array<std::string_view, 4> kTypeNames = {"a text", "a whole number",
                                                        "a number with a fraction", "a boolean"};

std::string Renamed(std::string_view name, char separator) {
  std::string renamed(name);
  std::replace(renamed.begin(), renamed.end(), '.', separator);
  std::replace(renamed.begin(), renamed.end(), '_', separator);
  return renamed;
}

Error WrongType(std::string_view expected, const WrittenValue& written) {
  return InvalidInput("must be " + std::string(expected) + ", not " +
                      std::string(kTypeNames[written.value.index()]));
}

const std::string* AsText(const WrittenValue& written) {
  return std::get_if<std::string>(&written.value);
}

Result<std::string> ReadText(const WrittenValue& written) {
  if (const std::string* text = AsText(written)) return *text;
  return WrongType("a text", written);
}

Result<std::int64_t> ReadWholeNumber(const WrittenValue& written) {
  if (const auto* number = std::get_if<std::int64_t>(&written.value)) return *number;
  if (written.typed) return WrongType("a whole number", written);
  return ParseWholeNumber(*AsText(written));
}

Result<std::int64_t> ReadSize(const WrittenValue& written) {
  if (const auto* number = std::get_if<std::int64_t>(&written.value)) return *number;
  if (const std::string* text = AsText(written)) return ParseSize(*text);
  return WrongType("a size such as \"16MiB\"", written);
}

Result<std::chrono::milliseconds> ReadDuration(const WrittenValue& written) {
  if (const std::string* text = AsText(written)) return ParseDuration(*text);
  return WrongType("a time with its unit such as \"10s\"", written);
}

Result<double> ReadFraction(const WrittenValue& written) {
  if (const auto* number = std::get_if<double>(&written.value)) return *number;
  if (const auto* whole = std::get_if<std::int64_t>(&written.value)) {
    return static_cast<double>(*whole);
  }
  if (written.typed) return WrongType("a number", written);
  return ParseFraction(*AsText(written));
}

Result<bool> ReadBoolean(const WrittenValue& written) {
  if (const auto* boolean = std::get_if<bool>(&written.value)) return *boolean;
  if (written.typed) return WrongType("true or false", written);
  return ParseBoolean(*AsText(written));
}

using Format = std::function<std::string(std::int64_t)>;

Status CheckRange(std::int64_t value, Range range, const Format& format) {
  if (value >= range.least && value <= range.most) return {};
  return InvalidInput("must be from " + format(range.least) + " to " + format(range.most) +
                      ", not " + format(value));
}

template <typename Value, typename Read>
std::function<Status(const WrittenValue&)> AssignTo(Value& target, Read read) {
  return [&target, read](const WrittenValue& written) -> Status {
    auto value = read(written);
    if (!value.ok()) return std::move(value).error();
    target = *std::move(value);
    return {};
  };
}

template <typename Read>
std::function<Status(const WrittenValue&)> AssignInRange(Read read, Range range, Format format,
                                                         std::function<void(std::int64_t)> set) {
  return [=](const WrittenValue& written) -> Status {
    const auto value = read(written);
    if (!value.ok()) return value.error();
    if (Status checked = CheckRange(*value, range, format); !checked.ok()) return checked;
    set(*value);
    return {};
  };
}

std::string FormatWholeNumber(std::int64_t value) { return std::to_string(value); }

std::string Joined(const std::vector<std::string>& choices) {
  std::string joined;
  for (const std::string& choice : choices) joined += (joined.empty() ? "" : ", ") + choice;
  return joined;
}

Result<std::string> ReadChoice(const WrittenValue& written,
                               const std::vector<std::string>& choices) {
  auto text = ReadText(written);
  if (!text.ok()) return text;
  if (std::find(choices.begin(), choices.end(), *text) != choices.end()) return text;
  return InvalidInput("must be one of " + Joined(choices) + ", not \"" + *text + "\"" +
                      DidYouMean(*text, choices));
}

Result<double> ReadProbability(const WrittenValue& written) {
  const auto number = ReadFraction(written);
  if (number.ok() && !(*number >= 0 && *number <= 1)) {
    return InvalidInput("must be from 0 to 1, not " + FormatTomlNumber(*number));
  }
  return number;
}

Result<std::filesystem::path> ReadPath(const WrittenValue& written) {
  const auto text = ReadText(written);
  if (!text.ok()) return text.error();
  if (text->find('\0') != std::string::npos) return InvalidInput("must be a path");
  // An empty text unsets a path, and must not become the folder of the file.
  return text->empty() ? std::filesystem::path() : written.folder / *text;
}

}  // namespace

std::string Setting::Flag() const { return "--" + Renamed(name, '-'); }

std::string Setting::EnvironmentVariable() const {
  std::string variable = "GLYPHD_" + Renamed(name, '_');
  std::transform(variable.begin(), variable.end(), variable.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return variable;
}

Setting TextSetting(std::string name, std::string help, std::string& target) {
  return {std::move(name), "TEXT", std::move(help), AssignTo(target, ReadText),
          [&target] { return FormatTomlText(target); }};
}

Setting PathSetting(std::string name, std::string placeholder, std::string help,
                    std::filesystem::path& target) {
  return {std::move(name), std::move(placeholder), std::move(help), AssignTo(target, ReadPath),
          [&target] { return target.empty() ? "" : FormatTomlText(target.string()); }};
}

Setting DurationSetting(std::string name, std::string help, std::chrono::milliseconds& target) {
  return {std::move(name), "TIME", std::move(help), AssignTo(target, ReadDuration),
          [&target] { return FormatTomlText(FormatDuration(target)); }};
}

Setting FractionSetting(std::string name, std::string help, double& target) {
  return {std::move(name), "0…1", std::move(help), AssignTo(target, ReadProbability),
          [&target] { return FormatTomlNumber(target); }};
}

Setting BooleanSetting(std::string name, std::string help, bool& target) {
  return {std::move(name), "BOOL", std::move(help), AssignTo(target, ReadBoolean),
          [&target] { return std::string(target ? "true" : "false"); }};
}

Setting ChoiceSetting(std::string name, std::string help, std::vector<std::string> choices,
                      std::string& target) {
  const std::string placeholder = Joined(choices);
  const auto read = [choices = std::move(choices)](const WrittenValue& written) {
    return ReadChoice(written, choices);
  };
  return {std::move(name), placeholder, std::move(help), AssignTo(target, read),
          [&target] { return FormatTomlText(target); }};
}

Setting SizeSetting(std::string name, std::string help, Range bytes,
                    std::function<std::int64_t()> get, std::function<void(std::int64_t)> set) {
  return {std::move(name), "SIZE", std::move(help),
          AssignInRange(ReadSize, bytes, FormatSize, std::move(set)),
          [get = std::move(get)] { return FormatTomlText(FormatSize(get())); }};
}

Setting WholeNumberSetting(std::string name, std::string placeholder, std::string help, Range range,
                           std::function<std::int64_t()> get,
                           std::function<void(std::int64_t)> set) {
  return {std::move(name), std::move(placeholder), std::move(help),
          AssignInRange(ReadWholeNumber, range, FormatWholeNumber, std::move(set)),
          [get = std::move(get)] { return std::to_string(get()); }};
}

}  // namespace glyphd
