// Completion scripts, made from the same tree that reads the command line.
//
// Threads   pure functions

#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace glyphd {

// `shell` is bash, zsh or fish. Words complete to commands and flags, else to files.
std::string CompletionScript(const CLI::App& root, const std::string& shell);

}  // namespace glyphd
