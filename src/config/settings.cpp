#include "config/settings.h"

#include <algorithm>

#include "config/nearest.h"
#include "config/toml_file.h"

namespace glyphd {
namespace {

template <typename Name>
std::vector<std::string> Names(const std::vector<Setting>& settings, Name name) {
  std::vector<std::string> names;
  for (const Setting& setting : settings) names.push_back(name(setting));
  return names;
}

}  // namespace

Settings::Settings(std::vector<Setting> settings, std::vector<std::string> other_variables)
    : settings_(std::move(settings)), other_variables_(std::move(other_variables)) {}

Status Settings::Load(const SettingSources& sources) {
  if (sources.file) {
    if (Status status = LoadFile(*sources.file); !status.ok()) return status;
  }
  if (Status status = LoadEnvironment(sources.environment); !status.ok()) return status;
  return LoadFlags(sources.flags);
}

Status Settings::LoadFile(const std::filesystem::path& file) {
  const auto entries = ReadTomlFile(file);
  if (!entries.ok()) return entries.error();
  for (const TomlEntry& entry : *entries) {
    const std::string place = file.string() + ":" + std::to_string(entry.line);
    const Setting* setting = Find(entry.name);
    if (setting == nullptr) {
      const auto names = Names(settings_, [](const Setting& each) { return each.name; });
      return InvalidInput(place + ": unknown setting \"" + entry.name + "\"" +
                          DidYouMean(entry.name, names));
    }
    if (Status status = Assign(*setting, entry.value, "file " + place); !status.ok()) {
      return std::move(status).error().During(place + ": " + entry.name);
    }
  }
  return {};
}

Status Settings::LoadEnvironment(const std::map<std::string, std::string>& environment) {
  for (const auto& [variable, text] : environment) {
    if (Status status = CheckVariable(variable); !status.ok()) return status;
  }
  for (const Setting& setting : settings_) {
    const std::string variable = setting.EnvironmentVariable();
    const auto found = environment.find(variable);
    if (found == environment.end() || found->second.empty()) continue;
    if (Status status = Assign(setting, {found->second, false, {}}, "environment " + variable);
        !status.ok()) {
      return std::move(status).error().During("environment " + variable);
    }
  }
  return {};
}

// The environment is shared with other programs (Kubernetes, say, makes GLYPHD_SERVICE_HOST for a
// service of that name), so only what looks like a misspelt setting is refused.
Status Settings::CheckVariable(const std::string& variable) {
  auto known = Names(settings_, [](const Setting& each) { return each.EnvironmentVariable(); });
  known.insert(known.end(), other_variables_.begin(), other_variables_.end());
  if (std::find(known.begin(), known.end(), variable) != known.end()) return {};
  const bool misspelt = std::any_of(known.begin(), known.end(), [&](const std::string& name) {
    return EditDistance(variable, name) == 1;
  });
  if (misspelt) {
    return InvalidInput("environment: unknown variable " + variable + DidYouMean(variable, known));
  }
  ignored_variables_.push_back(variable);
  return {};
}

Status Settings::LoadFlags(const std::map<std::string, std::string>& flags) {
  for (const auto& [name, text] : flags) {
    const Setting* setting = Find(name);
    if (setting == nullptr) AbortBecause("a flag without a setting: " + name);
    if (Status status = Assign(*setting, {text, false, {}}, "flag " + setting->Flag());
        !status.ok()) {
      return std::move(status).error().During(setting->Flag());
    }
  }
  return {};
}

Status Settings::Assign(const Setting& setting, const WrittenValue& value, std::string origin) {
  if (Status status = setting.assign(value); !status.ok()) return status;
  origins_[setting.name] = std::move(origin);
  return {};
}

const Setting* Settings::Find(std::string_view name) const {
  const auto found = std::find_if(settings_.begin(), settings_.end(),
                                  [name](const Setting& each) { return each.name == name; });
  return found == settings_.end() ? nullptr : &*found;
}

std::string Settings::OriginOf(std::string_view name) const {
  const auto found = origins_.find(name);
  return found == origins_.end() ? "default" : found->second;
}

std::string Settings::ToToml() const {
  std::string toml;
  for (const Setting& setting : settings_) {
    const std::string value = setting.show();
    toml += "# " + setting.help + "\n";
    toml += value.empty() ? "# " + setting.name + " is not set" : setting.name + " = " + value;
    toml += "  # " + OriginOf(setting.name) + "\n";
  }
  return toml;
}

}  // namespace glyphd
