// The tree of commands: each file *_command.cpp adds one command with its help and examples.
//
// Threads   the command line is read and run on the main thread
// Errors    a command returns its exit status, or an error that main() prints in one line

#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/result.h"

namespace glyphd {

// What the command line asks for; set while it is parsed, run after that.
struct ChosenCommand {
  std::function<Result<int>()> run;
};

void AddServeCommand(CLI::App& root, ChosenCommand& chosen);
void AddReadCommand(CLI::App& root, ChosenCommand& chosen);
void AddHistoryCommand(CLI::App& root, ChosenCommand& chosen);
void AddTrainCommand(CLI::App& root, ChosenCommand& chosen);
void AddEvalCommand(CLI::App& root, ChosenCommand& chosen);
void AddDatasetCommand(CLI::App& root, ChosenCommand& chosen);
void AddModelsCommand(CLI::App& root, ChosenCommand& chosen);
void AddKeysCommand(CLI::App& root, ChosenCommand& chosen);
void AddVersionCommand(CLI::App& root, ChosenCommand& chosen);
void AddCompletionCommand(CLI::App& root, ChosenCommand& chosen);

// All of the above under `root`.
void AddCommands(CLI::App& root, ChosenCommand& chosen);

// The outcome for a configuration that cannot be used: a wrong setting is wrong usage.
Result<int> WrongConfiguration(const Error& error);

// A command that runs `run` with arguments that live as long as the tree.
template <typename Arguments, typename Run>
void RunsWith(CLI::App& command, ChosenCommand& chosen, std::shared_ptr<Arguments> arguments,
              Run run) {
  command.callback(
      [&chosen, arguments, run] { chosen.run = [arguments, run] { return run(*arguments); }; });
}

}  // namespace glyphd
