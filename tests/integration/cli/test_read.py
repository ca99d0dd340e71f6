"""`glyphd read`, without a server."""
import json
import os
import pty
import subprocess

from cli_program import clean_environment


def test_one_picture_for_a_person(glyphd, tmp_path, one):
    (tmp_path / "one.png").write_bytes(one)
    outcome = glyphd("read", "one.png", "--layout", "digit")
    assert outcome.returncode == 0
    name, text, confidence, sign = outcome.stdout.decode().split()[:4]
    assert (name, text, sign) == ("one.png", "1", "%")
    assert 0 < float(confidence) <= 100


def test_json_is_one_object_a_line_in_the_order_given(glyphd, tmp_path, one, blank):
    (tmp_path / "folder").mkdir()
    for name in ("b.png", "a.png"):
        (tmp_path / "folder" / name).write_bytes(one)
    (tmp_path / "blank.png").write_bytes(blank)
    outcome = glyphd("read", "blank.png", "folder", "-", "*lank.p?g", "--json", stdin=one)
    assert outcome.returncode == 0
    lines = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert [line["file"] for line in lines] == [
        "blank.png", "folder/a.png", "folder/b.png", "-", "blank.png"]
    assert lines[0]["text"] == "" and lines[0]["confidence"] is None and lines[0]["needs_review"]
    assert lines[1]["text"] == "1" and lines[1]["lines"][0]["glyphs"][0]["box"]["height"] > 0
    assert lines[1]["model"]["name"]


def test_a_bad_file_does_not_stop_the_others(glyphd, tmp_path, one):
    (tmp_path / "good.png").write_bytes(one)
    (tmp_path / "cut.png").write_bytes(one[:60])
    (tmp_path / "notes.txt").write_text("no picture")
    outcome = glyphd("read", "cut.png", "notes.txt", "missing.png", "good.png", "--json")
    assert outcome.returncode == 1
    lines = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert [line.get("error", {}).get("code") for line in lines] == [
        "invalid input", "unsupported", "not found", None]


def test_the_only_file_decides_the_status(glyphd, tmp_path, one):
    (tmp_path / "cut.png").write_bytes(one[:60])
    (tmp_path / "notes.txt").write_text("no picture")
    assert glyphd("read", "cut.png").returncode == 3
    assert glyphd("read", "notes.txt").returncode == 4
    assert glyphd("read", "missing.png").returncode == 6
    assert glyphd("read", "*.bmp").returncode == 6
    assert glyphd("read", "-", stdin=b"").returncode == 3


def test_many_pictures_come_back_complete_and_in_order(glyphd, tmp_path, one):
    for i in range(300):
        (tmp_path / f"{i:03}.png").write_bytes(one)
    lines = glyphd("read", ".", "--json").stdout.splitlines()
    assert [json.loads(line)["file"] for line in lines] == [f"./{i:03}.png" for i in range(300)]


def test_a_model_that_is_missing_or_damaged_is_named(glyphd, program, tmp_path, one):
    (tmp_path / "one.png").write_bytes(one)
    outcome = glyphd("read", "one.png", "--model", "no-such-model")
    assert outcome.returncode == 6 and b"no-such-model" in outcome.stderr
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in (program.parent / "models" / "default").iterdir():
        (damaged / file.name).write_bytes(file.read_bytes())
    weights = damaged / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    outcome = glyphd("read", "one.png", "--model", damaged)
    assert outcome.returncode == 9 and b"damaged" in outcome.stderr
    assert outcome.stderr.count(b"\n") == 1


def on_a_terminal(program, arguments, cwd, **environment):
    """Its output when standard output is a terminal."""
    master, slave = pty.openpty()
    subprocess.run([program, *arguments], stdout=slave, stderr=subprocess.DEVNULL, cwd=cwd,
                   env=clean_environment(**environment), timeout=120)
    os.close(slave)
    output = os.read(master, 65536)
    os.close(master)
    return output


def test_colours_on_a_terminal_only_and_not_with_no_color(program, glyphd, tmp_path):
    (tmp_path / "notes.png").write_text("no picture")
    read = ["read", "notes.png"]
    assert b"\033[31m" in on_a_terminal(program, read, tmp_path, TERM="xterm", NO_COLOR="")
    assert b"\033" not in on_a_terminal(program, read, tmp_path, TERM="xterm", NO_COLOR="1")
    assert b"\033" not in on_a_terminal(program, read, tmp_path, TERM="dumb", NO_COLOR="")
    assert b"\033" not in glyphd(*read, env={"TERM": "xterm"}).stdout


def test_an_output_that_cannot_be_written_is_an_error(program, tmp_path, one):
    (tmp_path / "one.png").write_bytes(one)
    with open("/dev/full", "wb") as full:
        outcome = subprocess.run([program, "read", "one.png"], stdout=full, cwd=tmp_path,
                                 stderr=subprocess.PIPE, env=clean_environment(), timeout=120)
    assert outcome.returncode == 8
