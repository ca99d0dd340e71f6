#include "app/service_options.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

namespace glyphd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "GLYPHD_";
constexpr std::string_view kConfigVariable = "GLYPHD_CONFIG";
constexpr std::string_view kConfigName = "glyphd.toml";
constexpr std::int64_t kKiB = 1 << 10;
constexpr std::int64_t kGiB = 1 << 30;

std::map<std::string, std::string> OwnVariables() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string ValueOr(const std::map<std::string, std::string>& values, std::string_view name,
                    const std::string& otherwise) {
  const auto found = values.find(std::string(name));
  return found == values.end() || found->second.empty() ? otherwise : found->second;
}

std::optional<fs::path> FindFile(const GivenFlags& given,
                                 const std::map<std::string, std::string>& variables) {
  if (!given.config.empty()) return given.config;
  if (const std::string named = ValueOr(variables, kConfigVariable, ""); !named.empty()) {
    return named;
  }
  const std::string data =
      ValueOr(given.settings, "data", ValueOr(variables, "GLYPHD_DATA", ServiceOptions().data));
  for (const fs::path& file : {fs::path(data) / kConfigName, fs::path(kConfigName)}) {
    std::error_code failure;
    if (fs::exists(file, failure)) return file;
  }
  return std::nullopt;
}

std::vector<Setting> PlaceSettings(ServiceOptions& options) {
  return {
      TextSetting("host", "Address to listen on", options.server.host),
      WholeNumberSetting("port", "PORT", "Port to listen on; 0: any free one", {0, 65535},
                         options.server.port),
      PathSetting("data", "DIR", "Folder of the database, made when missing", options.data),
      PathSetting("model", "FOLDER", "Model to read with; not set: the shipped one", options.model),
      PathSetting("api_keys", "FILE", "Who may do what; not set: see docs/configuration.md",
                  options.api_keys),
  };
}

std::vector<Setting> LimitSettings(ServerOptions& server) {
  return {
      SizeSetting("max_body", "Largest request body", {kKiB, kGiB}, server.max_body_bytes),
      WholeNumberSetting("max_pixels", "N", "Largest picture, in pixels", {1, 1'000'000'000},
                         server.max_pixels),
      SizeSetting("memory_budget", "Memory that all pictures in flight may hold",
                  {kKiB * kKiB, 1024 * kGiB}, server.memory_budget_bytes),
      WholeNumberSetting("max_parts", "N", "Most parts of one multipart request", {1, 1'000'000},
                         server.max_parts),
      WholeNumberSetting("max_connections", "N", "Most connections at once", {1, 1'000'000},
                         server.max_connections),
      DurationSetting("header_timeout", "Patience for a request's head", server.header_timeout),
      DurationSetting("body_timeout", "Patience for a body that makes no progress",
                      server.body_timeout),
      DurationSetting("idle_timeout", "How long an idle connection is kept", server.idle_timeout),
      DurationSetting("queue_timeout", "How long a picture waits for memory before a 503",
                      server.queue_timeout),
  };
}

std::vector<Setting> WorkSettings(ServiceOptions& options) {
  return {
      WholeNumberSetting("io_threads", "N", "Threads that serve and read", {1, 256},
                         options.server.io_threads),
      WholeNumberSetting("batch_limit", "N", "Most pictures read in one inference call", {1, 1024},
                         options.server.batch_limit),
      FractionSetting("review_below", "Answers less sure than this are marked needs_review",
                      options.review_below),
      BooleanSetting("record", "Keep every answer; false is for measuring only",
                     options.server.record),
      DurationSetting("database_timeout", "Patience while another process writes",
                      options.database.busy_timeout),
      DurationSetting("shutdown_timeout", "How long requests under way may take to finish",
                      options.shutdown_timeout),
      ChoiceSetting("log_level", "Least important lines to log",
                    {"debug", "info", "warning", "error"}, options.log_level),
      BooleanSetting("access_log",
                     "A log line for each request; false: only refusals and slow ones",
                     options.server.access_log),
      ChoiceSetting("log_format", "How lines are logged", {"text", "json"}, options.log_format),
  };
}

}  // namespace

ServiceOptions::ServiceOptions() {
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  server.io_threads = std::clamp(cores, 1, 16);  // each keeps a compiled model of its own
}

Settings MakeSettings(ServiceOptions& options) {
  std::vector<Setting> all = PlaceSettings(options);
  for (auto&& part : {LimitSettings(options.server), WorkSettings(options)}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return {std::move(all), {std::string(kConfigVariable)}};
}

Status LoadSettings(Settings& settings, const GivenFlags& given) {
  const auto variables = OwnVariables();
  return settings.Load({FindFile(given, variables), variables, given.settings});
}

Result<ServiceOptions> LoadServiceOptions(const std::string& data_flag) {
  ServiceOptions options;
  Settings settings = MakeSettings(options);
  GivenFlags given;
  if (!data_flag.empty()) given.settings["data"] = data_flag;
  if (Status status = LoadSettings(settings, given); !status.ok()) return std::move(status).error();
  options.database.path = options.data / "glyphd.db";
  return options;
}

}  // namespace glyphd
