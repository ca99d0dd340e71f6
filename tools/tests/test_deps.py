"""The one package list must be readable and complete for both Debian releases."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import deps  # noqa: E402


def test_every_group_that_the_makefile_names_exists():
    makefile = (deps.ROOT / "Makefile").read_text()
    named = {word for line in makefile.splitlines() if "tools/deps.py" in line
             for word in line.split("tools/deps.py")[1].split()}
    assert named and named <= set(deps.read_package_list())


def test_a_condition_is_split_from_its_package():
    packages = dict(deps.read_package_list()["build"])
    assert packages["g++"] == "g++ --version"
    assert packages["ccache"] == ""


def test_what_is_installed_is_not_asked_for_again(monkeypatch):
    monkeypatch.setattr(deps, "installed_packages", lambda: {"b"})
    groups = {"g": [("a|b", ""), ("c", ""), ("d", "true"), ("e?", "")]}
    assert list(deps.missing_lines(groups, ["g"])) == ["c", "e?"]


def test_every_sdk_wheel_is_pinned_with_its_hash():
    lines = [line for line in deps.WHEEL_LIST.read_text().splitlines() if line and line[0] != "#"]
    assert lines and all("==" in line and "--hash=sha256:" in line for line in lines)
