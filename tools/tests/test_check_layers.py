"""The layer checker must see what it is there to see."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_layers  # noqa: E402

LAYERS = "base: |\nstore: base |\nstore/sqlite: base store | sqlite3.h\napp: * | CLI/\n"


def tree(tmp_path, layers=LAYERS, **files):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "layers.txt").write_text(layers)
    defaults = {"base/result.h": "", "store/store.h": '#include "base/result.h"\n'}
    for name, text in {**defaults, **files}.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return check_layers.check(tmp_path)


def test_the_real_tree_is_in_order():
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    assert check_layers.check(root) == []


def test_includes_down_the_layers_are_fine(tmp_path):
    assert tree(tmp_path, **{"store/sqlite/s.cpp": '#include <sqlite3.h>\n#include "store/store.h"\n'}) == []


@pytest.mark.parametrize("file,text,expected", [
    ("base/a.h", '#include "store/store.h"\n', "base may not include store/store.h"),
    ("base/a.cpp", "#include <sqlite3.h>\n", "belongs to store/sqlite"),
    ("utils/a.h", "", "not in tools/layers.txt"),
    ("store/a.h", '#include "nowhere.h"\n', "is not a path below src/"),
])
def test_what_goes_the_wrong_way_is_named(tmp_path, file, text, expected):
    assert any(expected in problem for problem in tree(tmp_path, **{file: text}))


def test_a_circle_among_the_layers_is_named(tmp_path):
    problems = tree(tmp_path, layers="base: store |\nstore: base |\n")
    assert any("a circle: base -> store -> base" in problem for problem in problems)
