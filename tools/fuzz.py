#!/usr/bin/env python3
"""Runs every libFuzzer target for a time and reports each as one test.

usage: tools/fuzz.py BUILD_DIR SECONDS     seconds for each target

Starts from the fixtures in tests/data, keeps what it finds in BUILD_DIR/corpus,
and leaves a crashing input in BUILD_DIR/crashes, named in the output.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEEDS = {"picture_fuzz": "pictures", "multipart_fuzz": "multipart", "json_fuzz": "json"}


def run_target(target, build, seconds):
    corpus = build / "corpus" / target.name
    crashes = build / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    seeds = ROOT / "tests" / "data" / SEEDS.get(target.name, "none")
    command = [str(target), f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=25",
               "-max_len=65536", "-print_final_stats=1", f"-artifact_prefix={crashes}/{target.name}-",
               str(corpus), *([str(seeds)] if seeds.is_dir() else [])]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace")
    tail = "\n".join(result.stderr.splitlines()[-30:])
    print(f"== {target.name}: {'fine' if result.returncode == 0 else tail}", flush=True)
    return None if result.returncode == 0 else tail


def main():
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    build, seconds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    targets = sorted(path for path in build.rglob("*_fuzz") if os.access(path, os.X_OK) and path.is_file())
    if not targets:
        sys.exit(f"tools/fuzz.py: no fuzz target below {build}; build the fuzz preset first")
    results = build / "test-results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir()
    suite, failed = ElementTree.Element("testsuite"), 0
    for target in targets:
        problem = run_target(target, build, seconds)
        case = ElementTree.SubElement(suite, "testcase", classname="fuzz", name=target.name)
        if problem:
            failed += 1
            ElementTree.SubElement(case, "failure", message=problem)
    ElementTree.ElementTree(suite).write(results / "fuzz.xml")
    print(f"{len(targets) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
