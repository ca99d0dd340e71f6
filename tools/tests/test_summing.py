"""The closing line must not hide a failure."""
import pathlib
import subprocess
import sys

TOOL = pathlib.Path(__file__).resolve().parent.parent / "test.py"

GTEST = """<testsuites><testsuite name="A">
<testcase name="Works" status="run" result="completed" classname="A"/>
<testcase name="Skips" status="run" result="skipped" classname="A"><skipped message="no data"/></testcase>
%s</testsuite></testsuites>"""


def summed(tmp_path, *documents):
    results = tmp_path / "test-results"
    results.mkdir()
    for number, document in enumerate(documents):
        (results / f"{number}.xml").write_text(document)
    done = subprocess.run([sys.executable, str(TOOL), "sum", str(tmp_path)], capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()


def test_passed_and_skipped_are_told_apart(tmp_path):
    assert summed(tmp_path, GTEST % "") == (0, ["1 passed, 0 failed, 1 skipped"])


def test_a_failure_is_named_and_gives_a_status(tmp_path):
    status, lines = summed(tmp_path, GTEST % "", GTEST % '<testcase name="Breaks" classname="A"><failure message="x"/></testcase>')
    assert status == 1
    assert lines == ["FAILED 1: A.Breaks", "2 passed, 1 failed, 2 skipped"]


def test_no_test_at_all_is_no_success(tmp_path):
    assert summed(tmp_path) == (1, ["0 passed, 0 failed"])


def test_a_step_that_failed_without_a_test_is_counted(tmp_path):
    results = tmp_path / "test-results"
    results.mkdir()
    (results / "a.xml").write_text(GTEST % "")
    done = subprocess.run([sys.executable, str(TOOL), "sum", "--also-failed", "1", str(tmp_path)],
                          capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed, 1 skipped"
