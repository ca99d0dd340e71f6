// Everything about the service that can be set, and where it is set: the one table from which
// --help, --print-config, the file's keys and the variables' names come.
//
// Errors    those of config/settings.h
// Docs      docs/configuration.md

#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "serving/server.h"
#include "store/sqlite/sqlite_store.h"

namespace glyphd {

struct ServiceOptions {
  ServiceOptions();

  ServerOptions server;
  SqliteOptions database;  // its path follows from `data`
  std::filesystem::path data = "data";
  std::filesystem::path model;     // empty: the shipped default
  std::filesystem::path api_keys;  // empty: no keys
  double review_below = 0.9;
  std::chrono::milliseconds shutdown_timeout{10'000};
  std::string log_level = "info";
  std::string log_format = "text";
};

// The settings write into `options`, which outlives them.
Settings MakeSettings(ServiceOptions& options);

struct GivenFlags {
  std::map<std::string, std::string> settings;  // by the name of the setting
  std::string config;                           // --config FILE; empty: look for one
};

// Reads file, environment and flags. The file is --config, GLYPHD_CONFIG, DATA/glyphd.toml or
// ./glyphd.toml, the first that is named or exists.
Status LoadSettings(Settings& settings, const GivenFlags& given);

// The same for a command that only takes --data.
Result<ServiceOptions> LoadServiceOptions(const std::string& data_flag);

}  // namespace glyphd
