#include <iostream>

#include "app/command.h"
#include "app/version.h"
#include "reading/reading.h"

namespace glyphd {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd version\n"
    "  glyphd version --json\n";

struct VersionArguments {
  bool json = false;
};

std::string VersionJson() {
  std::string json = "{\"version\":";
  AppendJsonString(ProgramVersion(), json);
  json += ",\"compiler\":";
  AppendJsonString(GLYPHD_COMPILER, json);
  json += ",\"build\":";
  AppendJsonString(GLYPHD_BUILD_TYPE, json);
  return json + "}";
}

Result<int> Version(const VersionArguments& arguments) {
  if (arguments.json) {
    std::cout << VersionJson() << '\n';
  } else {
    std::cout << "glyphd " << ProgramVersion() << " (" << GLYPHD_COMPILER << ", "
              << GLYPHD_BUILD_TYPE << ")\n";
  }
  return 0;
}

}  // namespace

std::string_view ProgramVersion() { return GLYPHD_VERSION; }

void AddVersionCommand(CLI::App& root, ChosenCommand& chosen) {
  const auto arguments = std::make_shared<VersionArguments>();
  CLI::App* command = root.add_subcommand("version", "Say which glyphd this is");
  command->add_flag("--json", arguments->json, "One JSON object");
  command->footer(kExamples);
  RunsWith(*command, chosen, arguments, Version);
}

}  // namespace glyphd
