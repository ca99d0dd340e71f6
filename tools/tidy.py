#!/usr/bin/env python3
"""Runs clang-tidy over our own sources, all cores, and fails on any finding.

usage: tools/tidy.py BUILD_DIR [FILE...]     files: only these; default: all of src/ and tests/
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sources(build):
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(command["file"]) for command in commands}
    return sorted(file for file in files if file.is_relative_to(ROOT) and
                  not file.is_relative_to(ROOT / "build"))


def tidy(build, file):
    result = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(build), str(file)],
                            capture_output=True, text=True)
    findings = [line for line in result.stdout.splitlines() if " warning: " in line or " error: " in line]
    return file, result.returncode, result.stdout if findings or result.returncode else ""


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    files = [pathlib.Path(name).resolve() for name in sys.argv[2:]] or sources(build)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, status, output in pool.map(lambda file: tidy(build, file), files):
            if status or output:
                failed += 1
                print(output or f"{file}: clang-tidy ended with status {status}", flush=True)
    print(f"clang-tidy: {len(files) - failed} files clean, {failed} with findings")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
