"""`glyphd models` and `glyphd eval`."""
import json


def test_the_shipped_model_is_listed_and_shown(glyphd):
    listed = glyphd("models", "list")
    assert listed.returncode == 0 and listed.stdout.startswith(b"default ")
    shown = json.loads(glyphd("models", "show", "default", "--json").stdout)
    assert shown["name"] == "default" and shown["labels"] == [str(i) for i in range(10)]
    assert shown["version"].encode() in glyphd("models", "show").stdout


def test_no_models_is_not_found(glyphd, tmp_path):
    assert glyphd("models", "list", "--folder", tmp_path).returncode == 6
    assert glyphd("models", "show", "nowhere").returncode == 6


def test_eval_measures_labelled_pictures_and_writes_a_page(glyphd, tmp_path, one):
    (tmp_path / "data" / "1").mkdir(parents=True)
    for name in ("a.png", "b.png"):
        (tmp_path / "data" / "1" / name).write_bytes(one)
    outcome = glyphd("eval", "--data", "data", "--json", "--report", "report.html")
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["accuracy"] == 1
    page = (tmp_path / "report.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")


def test_eval_refuses_classes_that_the_model_does_not_know(glyphd, tmp_path, one):
    (tmp_path / "data" / "zebra").mkdir(parents=True)
    (tmp_path / "data" / "zebra" / "a.png").write_bytes(one)
    outcome = glyphd("eval", "--data", "data")
    assert outcome.returncode == 3 and b'"zebra"' in outcome.stderr


def test_eval_without_data_is_not_found(glyphd):
    assert glyphd("eval", "--data", "nowhere").returncode == 6
