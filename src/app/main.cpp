// glyphd: reads handwritten digits, as a service and on the command line.

#include "app/run_program.h"

int main(int argc, char** argv) { return glyphd::RunProgram(argc, argv); }
