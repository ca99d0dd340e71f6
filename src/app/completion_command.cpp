#include <iostream>

#include "app/command.h"
#include "app/completion.h"
#include "app/exit_code.h"

namespace glyphd {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  source <(glyphd completion bash)                     # this shell only\n"
    "  glyphd completion bash > /etc/bash_completion.d/glyphd\n"
    "  glyphd completion zsh > \"${fpath[1]}/_glyphd\"\n"
    "  glyphd completion fish > ~/.config/fish/completions/glyphd.fish\n";

}  // namespace

void AddCompletionCommand(CLI::App& root, ChosenCommand& chosen) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = root.add_subcommand("completion", "Print a completion script for a shell");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(kExamples);
  RunsWith(*command, chosen, shell, [&root](const std::string& name) -> Result<int> {
    std::cout << CompletionScript(root, name);
    return kExitDone;
  });
}

}  // namespace glyphd
