// Where the program lies, and with it its models and its companion programs.
//
// Threads   pure functions
// Errors    ResolveModelFolder(): kNotFound, saying where it looked

#pragma once

#include <filesystem>

#include "base/result.h"

namespace glyphd {

// The folder of the running executable, whatever the working directory and links to it.
std::filesystem::path ProgramFolder();

std::filesystem::path ShippedModelsFolder();  // models/ beside the program

// `model` is a folder, the name of a shipped model, or empty for the default one.
Result<std::filesystem::path> ResolveModelFolder(const std::filesystem::path& model);

}  // namespace glyphd
