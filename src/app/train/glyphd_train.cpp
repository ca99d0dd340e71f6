// glyphd-train: makes a model folder from labelled pictures. `glyphd train` runs it.

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "app/exit_code.h"
#include "app/train/train_command.h"

namespace glyphd {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  glyphd-train --data mnist --out models/default\n"
    "  glyphd-train --data pictures/ --out models/letters --epochs 60\n"
    "  glyphd-train --data mnist --out models/default --resume\n"
    "\n"
    "Ctrl-C stops after the step under way and keeps everything; --resume continues.\n"
    "Exit status: 0 done, 2 wrong arguments, 130 or 143 stopped by a signal; others as glyphd's.\n";

// The second signal of the same kind ends the program at once.
void NoteSignal(int signal) { stop_signal = signal; }

void InstallSignalHandlers() {
  struct sigaction action{};
  action.sa_handler = NoteSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

// OpenMP's threads wait for each other at every layer, and by default they spin: where other
// programs want the cores too, an epoch took more than twice as long as with sleeping threads.
// The OpenMP library reads its settings before main(), so the program starts itself once more.
void LetThreadsSleepWhileTheyWait(char** argv) {
  constexpr const char* kWaitPolicy = "OMP_WAIT_POLICY";
  if (std::getenv(kWaitPolicy) != nullptr) return;
  ::setenv(kWaitPolicy, "passive", 1);
  ::execv("/proc/self/exe", argv);  // where this fails, training is only slower
}

std::string Quoted(const std::string& word) {
  if (!word.empty() && word.find_first_of(" \t\n\"'\\$`*?&|;<>()") == std::string::npos)
    return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// As typed, but for the program's own path: a card should not tell where somebody built it.
std::string CommandLine(int argc, char** argv) {
  std::string command = "glyphd-train";
  for (int i = 1; i < argc; ++i) command += " " + Quoted(argv[i]);
  return command;
}

void Declare(CLI::App& app, TrainArguments& arguments) {
  app.footer(kExamples);
  app.add_option("--data", arguments.data,
                 "a folder of the MNIST files, an IDX images file, a folder with one folder of "
                 "pictures per class, or a CSV of path,label")
      ->required();
  app.add_option("--out", arguments.out, "the model folder to write")->required();
  app.add_option("--name", arguments.name, "the model's name (default: the folder's)");
  app.add_option("--recipe", arguments.recipe, "default or quick")->capture_default_str();
  app.add_option("--seed", arguments.seed, "decides everything random")->capture_default_str();
  app.add_option("--epochs", arguments.epochs, "how often the data is gone through")
      ->check(CLI::Range(1, 100000));
  app.add_option("--batch", arguments.batch, "examples a step")->check(CLI::Range(2, 8192));
  app.add_option("--learning-rate", arguments.learning_rate, "the largest of the cycle")
      ->check(CLI::Range(1e-6, 10.0));
  app.add_option("--threads", arguments.threads, "0: all cores")->check(CLI::Range(0, 256));
  app.add_flag("!--no-augmentation", arguments.augment,
               "learn the pictures as they are: faster, but reads other hands worse");
  app.add_flag("--resume", arguments.resume, "continue where a stopped training was");
  app.add_flag("!--no-test", arguments.read_test, "leave MNIST's test set unread");
  app.add_option("--test-reason", arguments.test_reason,
                 "why the test set is read, for the card's list of readings")
      ->capture_default_str();
  app.add_option("--report", arguments.report, "where to (default: report.html in the model)");
  app.add_flag("--json", arguments.json, "one JSON object a line, per epoch and at the end");
}

int Main(int argc, char** argv) {
  TrainArguments arguments;
  CLI::App app("Trains a model for glyphd.", "glyphd-train");
  Declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::cerr << "glyphd-train: " << error.what() << " (see glyphd-train --help)" << std::endl;
    return kExitUsage;
  }
  arguments.command = CommandLine(argc, argv);
  InstallSignalHandlers();
  const Result<TrainOutcome> outcome = RunTrainCommand(arguments);
  if (!outcome) {
    std::cerr << "glyphd-train: " << outcome.error().message << std::endl;
    return ExitCodeOf(outcome.error().code);
  }
  return outcome->stopped_by_signal == 0 ? kExitDone : kExitSignal + outcome->stopped_by_signal;
}

}  // namespace
}  // namespace glyphd

int main(int argc, char** argv) {
  glyphd::LetThreadsSleepWhileTheyWait(argv);
  return glyphd::Main(argc, argv);
}
