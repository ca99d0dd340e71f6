// The program from its arguments to its exit status.
//
// Errors    one line on standard error, "glyphd: what was wrong"; docs/cli.md lists the statuses

#pragma once

namespace glyphd {

int RunProgram(int argc, char** argv);

}  // namespace glyphd
