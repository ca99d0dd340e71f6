#include <csignal>
#include <iostream>

#include <malloc.h>
#include <sys/resource.h>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/opened_model.h"
#include "app/readiness.h"
#include "app/service_options.h"
#include "app/stop_signals.h"
#include "base/log.h"

namespace glyphd {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd serve\n"
    "  glyphd serve --port 9000 --data /var/lib/glyphd\n"
    "  glyphd serve --host 0.0.0.0 --api-keys keys.jsonl\n"
    "  GLYPHD_MAX_BODY=4MiB glyphd serve --print-config\n"
    "\n"
    "Each flag is also a key of the configuration file (--max-body is max_body) and a variable\n"
    "(GLYPHD_MAX_BODY). Flags are stronger than variables, those than the file.\n"
    "SIGTERM and Ctrl-C finish the requests under way; a second one ends at once.\n";

constexpr std::chrono::seconds kReadyLimit{10};

struct ServeArguments {
  GivenFlags given;
  bool print_config = false;
};

LogLevel LevelOf(const std::string& name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "warning") return LogLevel::kWarning;
  return name == "error" ? LogLevel::kError : LogLevel::kInfo;
}

void PrepareLog(const ServiceOptions& options, const Settings& settings) {
  SetLogLevel(LevelOf(options.log_level));
  SetLogFormatJson(options.log_format == "json");
  for (const std::string& variable : settings.ignored_variables()) {
    LogWarning("no setting has this variable; it is ignored", {{"variable", variable}});
  }
}

// Every connection is a file; the soft limit is often 1,024 where the hard one is far higher.
void RaiseFileLimit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) LogWarning("cannot raise the limit of open files");
}

// Each thread would get an arena of its own, which keeps the most that this thread ever needed:
// memory would grow until each has met the hardest request. In one arena what one thread frees
// another uses, and a large picture's pixels go back to the system. Both were measured to cost
// no time: small pieces come from the threads' own caches in any case.
void ShareFreedMemory() {
  constexpr int kLargeBytes = 1 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBytes);
}

void PrepareProcess() {
  ShareFreedMemory();
  StopSignals::Block();
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is an error of one write
  RaiseFileLimit();
}

Result<std::optional<ApiKeys>> LoadKeys(const std::filesystem::path& file) {
  if (file.empty()) return std::optional<ApiKeys>();
  auto keys = ApiKeys::Load(file);
  if (!keys.ok()) return std::move(keys).error();
  return std::optional<ApiKeys>(*std::move(keys));
}

void Announce(const ServiceOptions& options, std::uint16_t port) {
  std::cout << "glyphd: ready on " << AddressOf(options.server.host, port) << std::endl;
}

void LogStart(const ServiceOptions& options, const Classifier& model) {
  LogInfo("starting", {{"data", options.data.string()},
                       {"model", model.name() + "@" + model.version()},
                       {"host", options.server.host},
                       {"port", std::to_string(options.server.port)}});
}

Result<int> ServeUntilStopped(Server& server, const ServiceOptions& options) {
  if (Status ready = WaitUntilReady(options.server.host, server.port(), kReadyLimit); !ready.ok()) {
    return std::move(ready).error();
  }
  Announce(options, server.port());
  const int signal = StopSignals::Wait();
  LogInfo("stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  StopSignals::QuitOnNext();
  if (!server.Stop(options.shutdown_timeout)) {
    LogWarning("stopped before every request was finished");
  }
  LogInfo("stopped");
  return kExitDone;
}

Result<int> RunService(const ServiceOptions& options) {
  PrepareProcess();
  auto classifier = OpenModel(options.model, options.server.io_threads);
  if (!classifier.ok()) return std::move(classifier).error();
  auto keys = LoadKeys(options.api_keys);
  if (!keys.ok()) return std::move(keys).error();
  const auto store = OpenSqliteStore(options.database);
  if (!store.ok()) return store.error();
  LogStart(options, **classifier);
  const auto recognizer =
      std::make_shared<const Recognizer>(*std::move(classifier), options.review_below);
  const auto server = Server::Start(options.server, {recognizer, store->get(), *std::move(keys)});
  if (!server.ok()) return server.error();
  return ServeUntilStopped(**server, options);
}

Result<int> Serve(const ServeArguments& arguments) {
  ServiceOptions options;
  Settings settings = MakeSettings(options);
  if (const Status status = LoadSettings(settings, arguments.given); !status.ok()) {
    return WrongConfiguration(status.error());
  }
  if (arguments.print_config) {
    std::cout << settings.ToToml();
    return kExitDone;
  }
  options.database.path = options.data / "glyphd.db";
  PrepareLog(options, settings);
  return RunService(options);
}

std::string ShownDefault(const Setting& setting) {
  std::string value = setting.show();
  std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
  return value;
}

void AddSettingFlags(CLI::App& command, std::map<std::string, std::string>& given) {
  ServiceOptions defaults;
  const Settings settings = MakeSettings(defaults);
  for (const Setting& setting : settings.all()) {
    command
        .add_option_function<std::string>(
            setting.Flag(),
            [&given, name = setting.name](const std::string& text) { given[name] = text; },
            setting.help)
        ->type_name(setting.placeholder)
        ->default_str(ShownDefault(setting));
  }
}

}  // namespace

void AddServeCommand(CLI::App& root, ChosenCommand& chosen) {
  const auto arguments = std::make_shared<ServeArguments>();
  CLI::App* command = root.add_subcommand("serve", "Serve the API and the page over HTTP");
  AddSettingFlags(*command, arguments->given.settings);
  command
      ->add_option("--config", arguments->given.config,
                   "Configuration file; else GLYPHD_CONFIG, DATA/glyphd.toml, ./glyphd.toml")
      ->type_name("FILE");
  command->add_flag("--print-config", arguments->print_config,
                    "Print every setting with where it comes from, and end");
  command->footer(kExamples);
  RunsWith(*command, chosen, arguments, Serve);
}

}  // namespace glyphd
