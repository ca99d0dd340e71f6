// Everything that can be set, read from a file, the environment and flags, the later stronger.
//
// Threads   load from one thread
// Errors    kInvalidInput: an unknown name, a wrong type or range; names the source (file:line,
//           the variable or the flag) and, for a misspelling, what it was meant to be
//           kNotFound, kUnavailable: the file

#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/setting.h"

namespace glyphd {

struct SettingSources {
  std::optional<std::filesystem::path> file;
  std::map<std::string, std::string> environment;  // by variable; an empty value counts as unset
  std::map<std::string, std::string> flags;        // by the name of the setting
};

class Settings {
 public:
  // `other_variables` also start with GLYPHD_ but are no settings.
  Settings(std::vector<Setting> settings, std::vector<std::string> other_variables);

  Status Load(const SettingSources& sources);

  const std::vector<Setting>& all() const { return settings_; }
  // Variables that start with GLYPHD_ and resemble no setting; ignored, but worth a warning.
  const std::vector<std::string>& ignored_variables() const { return ignored_variables_; }
  // "default", "file glyphd.toml:3", "environment GLYPHD_PORT" or "flag --port".
  std::string OriginOf(std::string_view name) const;
  // A configuration file with every setting and, as comments, its help and origin.
  std::string ToToml() const;

 private:
  Status LoadFile(const std::filesystem::path& file);
  Status LoadEnvironment(const std::map<std::string, std::string>& environment);
  Status LoadFlags(const std::map<std::string, std::string>& flags);
  Status CheckVariable(const std::string& variable);
  Status Assign(const Setting& setting, const WrittenValue& value, std::string origin);
  const Setting* Find(std::string_view name) const;

  std::vector<Setting> settings_;
  std::vector<std::string> other_variables_;
  std::map<std::string, std::string, std::less<>> origins_;  // by name; absent: the default
  std::vector<std::string> ignored_variables_;
};

}  // namespace glyphd
