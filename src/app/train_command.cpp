#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "app/command.h"
#include "app/program_folder.h"

namespace glyphd {
namespace {

constexpr const char* kTrainer = "glyphd-train";

// Replaces this process, so that Ctrl-C, the terminal and the exit status are the trainer's own.
Result<int> Train(const std::vector<std::string>& arguments) {
  const std::string program = (ProgramFolder() / kTrainer).string();
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  const std::string reason = std::strerror(errno);
  if (errno != ENOENT) return Unavailable("cannot run " + program + ": " + reason);
  return NotFound("training is a program of its own, and " + program +
                  " is not there; it comes with a build that has GLYPHD_TRAINING=ON");
}

}  // namespace

void AddTrainCommand(CLI::App& root, ChosenCommand& chosen) {
  CLI::App* command = root.add_subcommand(
      "train", "Train a model (runs glyphd-train; `glyphd train --help` shows its flags)");
  // Every word is the trainer's, --help included.
  command->set_help_flag();
  command->prefix_command();
  command->callback([&chosen, command] {
    chosen.run = [arguments = command->remaining()] { return Train(arguments); };
  });
}

}  // namespace glyphd
