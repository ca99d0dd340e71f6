// What a program of ours tells its caller when it ends; docs/cli.md has the same table.
//
// Threads   pure functions

#pragma once

#include "base/result.h"

namespace glyphd {

inline constexpr int kExitDone = 0;
inline constexpr int kExitSomeFailed = 1;  // several inputs, and not all could be dealt with
inline constexpr int kExitUsage = 2;       // the command line or the configuration is wrong
inline constexpr int kExitSignal = 128;    // plus the signal, as a shell counts: 130, 143

// The one place where an error becomes an exit status.
int ExitCodeOf(ErrorCode code);

}  // namespace glyphd
