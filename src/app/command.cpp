#include "app/command.h"

#include <iostream>

#include "app/exit_code.h"
#include "app/terminal.h"

namespace glyphd {

void AddCommands(CLI::App& root, ChosenCommand& chosen) {
  AddServeCommand(root, chosen);
  AddReadCommand(root, chosen);
  AddHistoryCommand(root, chosen);
  AddTrainCommand(root, chosen);
  AddEvalCommand(root, chosen);
  AddDatasetCommand(root, chosen);
  AddModelsCommand(root, chosen);
  AddKeysCommand(root, chosen);
  AddVersionCommand(root, chosen);
  AddCompletionCommand(root, chosen);
}

Result<int> WrongConfiguration(const Error& error) {
  if (error.code != ErrorCode::kInvalidInput) return error;
  std::cerr << "glyphd: " << Printable(error.message) << std::endl;
  return kExitUsage;
}

}  // namespace glyphd
