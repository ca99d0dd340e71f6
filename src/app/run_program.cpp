#include "app/run_program.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/terminal.h"
#include "app/version.h"
#include "config/nearest.h"

namespace glyphd {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd serve                     serve on http://localhost:8000\n"
    "  glyphd read photo.jpg            read one picture, no server needed\n"
    "  glyphd history --since 2026-11-01T00:00:00Z --csv\n"
    "  glyphd COMMAND --help            more about one command\n"
    "\n"
    "Exit status: 0 done, 1 some inputs failed, 2 wrong usage, 3 invalid input, 4 unsupported,\n"
    "5 too large, 6 not found, 7 conflict, 8 unavailable, 9 damaged, 130 or 143 by a signal.\n";

int Fail(const std::string& message, int status) {
  std::cout.flush();
  std::cerr << "glyphd: " << Printable(message) << std::endl;
  return status;
}

// "glyphd dataset fetch", the command that was being read when the parser gave up.
const CLI::App* DeepestParsed(const CLI::App& root) {
  const CLI::App* command = &root;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return command;
}

std::vector<std::string> NamesUnder(const CLI::App& command, bool flags) {
  std::vector<std::string> names;
  if (flags) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  }
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(child->get_name());
  }
  return names;
}

std::string PathOf(const CLI::App& command) {
  const std::string name = command.get_name();
  return command.get_parent() == nullptr ? name : PathOf(*command.get_parent()) + " " + name;
}

std::string ExplainUnexpected(const CLI::App& root) {
  const CLI::App& command = *DeepestParsed(root);
  const std::vector<std::string> left_over = root.remaining(true);
  const std::string word = left_over.empty() ? "" : left_over.front();
  const bool is_flag = word.starts_with("-");
  const bool has_commands = !NamesUnder(command, false).empty();
  const std::string kind = is_flag ? "flag" : has_commands ? "command" : "argument";
  return "there is no " + kind + " \"" + word + "\" for `" + PathOf(command) + "`" +
         DidYouMean(word.substr(0, word.find('=')), NamesUnder(command, is_flag));
}

std::string ExplainMissing(const CLI::App& root, const CLI::Error& error) {
  const CLI::App& command = *DeepestParsed(root);
  if (NamesUnder(command, false).empty()) return error.what();
  return "`" + PathOf(command) + "` needs a command";
}

int FailUsage(const CLI::App& root, const std::string& message) {
  return Fail(message + " (see `" + PathOf(*DeepestParsed(root)) + " --help`)", kExitUsage);
}

int RunChosen(const ChosenCommand& chosen) {
  const Result<int> status = chosen.run();
  if (!status.ok()) return Fail(status.error().message, ExitCodeOf(status.error().code));
  std::cout.flush();
  if (!std::cout) return Fail("cannot write the output", ExitCodeOf(ErrorCode::kUnavailable));
  return *status;
}

}  // namespace

int RunProgram(int argc, char** argv) {
  ChosenCommand chosen;
  CLI::App root("Reads handwritten digits, as a service and on the command line.", "glyphd");
  root.set_version_flag("--version", "glyphd " + std::string(ProgramVersion()));
  root.require_subcommand(1);
  root.footer(kExamples);
  AddCommands(root, chosen);
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& asked_for) {  // --help, --version
    return root.exit(asked_for);
  } catch (const CLI::ExtrasError&) {
    return FailUsage(root, ExplainUnexpected(root));
  } catch (const CLI::RequiredError& error) {
    // An unknown command is first noticed as the lack of a known one.
    return FailUsage(
        root, root.remaining(true).empty() ? ExplainMissing(root, error) : ExplainUnexpected(root));
  } catch (const CLI::ParseError& error) {
    return FailUsage(root, error.what());
  }
  return RunChosen(chosen);
}

}  // namespace glyphd
