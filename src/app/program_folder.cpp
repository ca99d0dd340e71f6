#include "app/program_folder.h"

namespace glyphd {

namespace fs = std::filesystem;

fs::path ProgramFolder() {
  std::error_code failure;
  const fs::path program = fs::read_symlink("/proc/self/exe", failure);
  if (failure) AbortBecause("/proc/self/exe cannot be read: is /proc mounted?");
  return program.parent_path();
}

fs::path ShippedModelsFolder() { return ProgramFolder() / "models"; }

Result<fs::path> ResolveModelFolder(const fs::path& model) {
  std::error_code failure;
  if (!model.empty() && fs::exists(model, failure)) return model;
  const fs::path shipped = ShippedModelsFolder() / (model.empty() ? "default" : model);
  const bool is_name = model == model.filename();
  if (is_name && fs::is_directory(shipped, failure)) return shipped;
  return NotFound("there is no model " + (is_name ? shipped : model).string() +
                  "; `glyphd models list` shows those that exist, --model FOLDER takes another");
}

}  // namespace glyphd
