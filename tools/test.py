#!/usr/bin/env python3
"""Runs suites of tests, gathers their JUnit files and prints one summed closing line.

usage: tools/test.py run BUILD_DIR SUITE...   suites: ctest tools web integration browser debian13
       tools/test.py sum [--also-failed N] BUILD_DIR...   adds up what earlier runs wrote;
                                       N steps failed: at least as many failures are counted

Results lie in BUILD_DIR/test-results. A program that died without writing its
results counts as one failure, so that a crash cannot look like fewer tests.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON_TESTS = ROOT / "third_party" / "python-tests"


class Count:
    def __init__(self):
        self.passed, self.skipped, self.failed = 0, 0, []

    def add_file(self, path):
        before = len(self.failed)
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            name = f"{path.stem}: {case.get('classname', '')}.{case.get('name', '')}"
            if case.find("failure") is not None or case.find("error") is not None:
                self.failed.append(name)
            elif case.find("skipped") is not None or case.get("status") == "notrun" \
                    or case.get("result") == "skipped":
                self.skipped += 1
            else:
                self.passed += 1
        return len(self.failed) - before

    def closing_line(self):
        line = f"{self.passed} passed, {len(self.failed)} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


def environment(build):
    extra = {"GLYPHD_SOURCE_DIR": str(ROOT), "GLYPHD_BUILD_DIR": str(build),
             "GLYPHD_BIN": str(build / "glyphd"), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**os.environ, **extra}


def python_for_tests():
    """A virtual environment with the pinned clients, made when its list changes."""
    wanted = (ROOT / "tests" / "integration" / "requirements.txt").read_text()
    stamp, python = PYTHON_TESTS / "requirements.txt", PYTHON_TESTS / "bin" / "python"
    if not (stamp.exists() and stamp.read_text() == wanted and python.exists()):
        shutil.rmtree(PYTHON_TESTS, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON_TESTS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r",
                        str(ROOT / "tests" / "integration" / "requirements.txt")], check=True)
        stamp.write_text(wanted)
    return str(python)


def run_ctest(build, results):
    report = build / "ctest.xml"
    subprocess.run(["ctest", "--test-dir", str(build), "--output-on-failure", "--timeout", "900", "-j2",
                    "--output-junit", str(report)], env=environment(build))
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        own = results / f"{case.get('name')}.xml"
        if case.find("failure") is not None and not reports_a_failure(own):
            write_failure(own, case.get("name"), "the program died before it wrote its results")


def run_pytest(build, results, name, folder):
    return subprocess.run([python_for_tests(), "-m", "pytest", "-q", "-p", "no:cacheprovider",
                           f"--junitxml={results / (name + '.xml')}", str(ROOT / folder)],
                          env=environment(build), cwd=ROOT).returncode


def npm_install(folder):
    """What the lock file says, with its hashes. Not `npm ci`: it insists on the optional packages
    of every other platform too, which a registry's mirror need not have."""
    subprocess.run(["npm", "install", "--no-save", "--no-fund", "--no-audit", "--loglevel=error"],
                   cwd=folder, check=True)


def run_web(build, results):
    npm_install(ROOT / "web")
    return subprocess.run(["npx", "vitest", "run", "--reporter=default", "--reporter=junit",
                           f"--outputFile.junit={results / 'web.xml'}"],
                          cwd=ROOT / "web", env=environment(build)).returncode


def run_browser(build, results):
    folder = ROOT / "tests" / "browser"
    npm_install(folder)
    output = results / "browser.xml"
    return subprocess.run(["node", "--test", "--test-reporter=spec",
                           "--test-reporter-destination=stdout", "--test-reporter=junit",
                           f"--test-reporter-destination={output}",
                           *sorted(map(str, folder.glob("*.test.mjs")))],
                          cwd=folder, env=environment(build)).returncode


def run_tools(build, results):
    return run_pytest(build, results, "tools", "tools/tests")


def run_integration(build, results):
    return run_pytest(build, results, "integration", "tests/integration")


def run_debian13(build, results):
    return run_pytest(build, results, "debian13", "tests/debian13")


SUITES = {"ctest": run_ctest, "tools": run_tools, "web": run_web, "integration": run_integration,
          "browser": run_browser, "debian13": run_debian13}


def reports_a_failure(path):
    try:
        return path.exists() and Count().add_file(path) > 0
    except ElementTree.ParseError:
        return False


def write_failure(path, name, why):
    suite = ElementTree.Element("testsuite")
    case = ElementTree.SubElement(suite, "testcase", classname=name, name="runs to its end")
    ElementTree.SubElement(case, "failure", message=why)
    ElementTree.ElementTree(suite).write(path)


def run_suite(name, build, results):
    print(f"== {name}", flush=True)
    try:
        status = SUITES[name](build, results)
    except (subprocess.CalledProcessError, OSError) as error:
        write_failure(results / f"{name}.xml", name, str(error))
        print(error, flush=True)
        return
    if status and not reports_a_failure(results / f"{name}.xml"):
        write_failure(results / f"{name}-exit.xml", name, f"it ended with status {status}")


def summed(builds, steps_failed=0):
    count = Count()
    for build in builds:
        for path in sorted((pathlib.Path(build) / "test-results").glob("*.xml")):
            count.add_file(path)
    # A step that failed before any test ran (a build, say) must show in the closing line.
    missing = steps_failed - len(count.failed)
    count.failed += ["a step that ran no test to its end"] * max(missing, 0)
    for name in count.failed:
        print(f"FAILED {name}")
    print(count.closing_line(), flush=True)
    return 1 if count.failed or not count.passed else 0


def main():
    verb, *rest = sys.argv[1:] or ["help"]
    if verb == "sum" and rest[:1] == ["--also-failed"] and len(rest) > 2:
        sys.exit(summed(rest[2:], int(rest[1])))
    if verb == "sum" and rest:
        sys.exit(summed(rest))
    if verb != "run" or len(rest) < 2 or set(rest[1:]) - set(SUITES):
        sys.exit(__doc__)
    build = pathlib.Path(rest[0]).resolve()
    results = build / "test-results"
    results.mkdir(parents=True, exist_ok=True)
    for name in rest[1:]:
        run_suite(name, build, results)
    sys.exit(summed([build]))


if __name__ == "__main__":
    main()
