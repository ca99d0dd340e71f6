#!/usr/bin/env python3
"""Puts beside the programs what they need from this machine, so that their folder can be moved.

  bundle_libraries.py --openvino DIR [--search DIR]... --models DIR --to DIR PROGRAM...

lib/ gets the parts of OpenVINO that are used and every library that the programs load, but for
those of glibc, which belong to the kernel and loader of the machine that runs them. models/ gets
the shipped model. Only what changed is copied; what is no longer needed is removed.
"""
import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# Loaded by name at run time, beside libopenvino, so that no list of dependencies shows them.
OPENVINO_PARTS = [
    r"libopenvino\.so\.\d+",
    r"libopenvino_intel_cpu_plugin\.so",
    r"libopenvino_(ir|onnx|tensorflow|tensorflow_lite)_frontend\.so\.\d+",
    r"libtbb\.so\.\d+",
]
GLIBC = re.compile(
    r"(ld-linux.*|linux-vdso|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|mvec|BrokenLocale))\.so(\.\d+)?"
)


def openvino_parts(folder):
    patterns = [re.compile(part) for part in OPENVINO_PARTS]
    found = [file for file in folder.iterdir() if any(p.fullmatch(file.name) for p in patterns)]
    if len(found) != 7:
        sys.exit(f"bundle_libraries: expected seven parts of OpenVINO in {folder}, found "
                 f"{sorted(file.name for file in found)}")
    return found


def loaded_by(file, folders):
    """Name and place of every library that the loader would bring for this file."""
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))}
    # A sanitizer's own library would refuse to be loaded by ldd.
    environment.pop("LD_PRELOAD", None)
    listing = subprocess.run(["ldd", file], env=environment, capture_output=True, text=True)
    libraries = {}
    for line in listing.stdout.splitlines():
        match = re.match(r"\s*(\S+) => (\S.*?)(?: \(0x[0-9a-f]+\))?$", line)
        if not match:
            continue
        name, place = match.groups()
        if place == "not found":
            sys.exit(f"bundle_libraries: {name}, which {file} needs, is not on this machine")
        libraries[name] = Path(place)
    return libraries


def wanted_libraries(programs, openvino, folders, lib):
    wanted = {part.name: part for part in openvino_parts(openvino)}
    for file in [*programs, *wanted.values()]:
        for name, place in loaded_by(file, folders).items():
            # What an earlier run put there is not where it comes from.
            if place.parent.resolve() == lib.resolve():
                place = original_of(name, folders)
            if not GLIBC.fullmatch(name):
                wanted.setdefault(name, place)
    return wanted


def original_of(name, folders):
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    match = re.search(rf"^\s*{re.escape(name)} \([^)]*\) => (\S+)$", cache, re.MULTILINE)
    if match:
        return Path(match.group(1))
    return None  # neither here nor there: the copy that is there stays


def copy_changed(source, target):
    if target.exists() and filecmp.cmp(source, target):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    # A running program keeps the old file; writing into it would crash that program.
    beside = target.with_name(target.name + ".new")
    shutil.copy2(source, beside)
    os.replace(beside, target)
    return True


def bundle_libraries(programs, openvino, folders, lib):
    wanted = wanted_libraries(programs, openvino, folders, lib)
    for name, place in wanted.items():
        if place is not None:
            copy_changed(place.resolve(), lib / name)
    for file in lib.iterdir():
        if file.name not in wanted:
            file.unlink()


def bundle_models(models, target):
    for source in sorted((models / "default").rglob("*")):
        if source.is_file():
            copy_changed(source, target / source.relative_to(models))
    for copy in sorted((target / "default").rglob("*")):
        if copy.is_file() and not (models / copy.relative_to(target)).exists():
            copy.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--openvino", type=Path, required=True)
    parser.add_argument("--search", type=Path, action="append", default=[],
                        help="a further folder of libraries")
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("programs", nargs="+", type=Path)
    arguments = parser.parse_args()
    lib = arguments.to / "lib"
    lib.mkdir(parents=True, exist_ok=True)
    folders = [arguments.openvino, *arguments.search]
    bundle_libraries(arguments.programs, arguments.openvino, folders, lib)
    bundle_models(arguments.models, arguments.to / "models")


if __name__ == "__main__":
    main()
