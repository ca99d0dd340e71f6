"""A start that cannot succeed ends with one clear line and its exit status, and changes nothing."""
import contextlib
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess

import pytest

import answers
import drawn_pictures
import glyphd_server
from glyphd_server import run_to_its_end

RECOGNITIONS = "/api/v1/recognitions"
WRONG_USAGE, UNSUPPORTED, NOT_FOUND, UNAVAILABLE, CORRUPT = 2, 4, 6, 8, 9
SHIPPED_MODEL = pathlib.Path(glyphd_server.PROGRAM).resolve().parent / "models" / "default"


def check_refused(folder, status, *words, flags=(), environment=None):
    ended, said = run_to_its_end(folder, *flags, environment=environment)
    assert ended == status, said
    lines = [line for line in said.splitlines() if line.startswith("glyphd: ")]
    assert len(lines) == 1 and said.splitlines()[-1] == lines[0], said
    for word in words:
        assert word.lower() in lines[0].lower(), lines[0]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def data_flags(folder):
    return ("--data", str(folder / "data"))


@pytest.fixture
def kept(start, tmp_path):
    """A data folder with one record, of a server that has ended: (folder, record)."""
    server = start()
    record = answers.check_created(server.upload(drawn_pictures.png("47")))
    server.stop()
    return tmp_path, record


# --- The address ---


def test_a_port_in_use_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        check_refused(tmp_path, UNAVAILABLE, port, "in use", flags=(*data_flags(tmp_path), "--port", port))


def test_an_address_of_another_machine_is_refused(tmp_path):
    check_refused(tmp_path, UNAVAILABLE, "192.0.2.1", flags=(*data_flags(tmp_path), "--host", "192.0.2.1"))


# --- The data folder ---


def test_a_file_in_place_of_the_data_folder_is_refused(tmp_path):
    (tmp_path / "data").write_text("mine")
    check_refused(tmp_path, UNAVAILABLE, "data", flags=data_flags(tmp_path))
    assert (tmp_path / "data").read_text() == "mine"


@contextlib.contextmanager
def mounted(folder, options):
    """A file system of the test's own, for what root could not be refused otherwise."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True)
    if done.returncode != 0:
        pytest.skip("needs root and the right to mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path):
    if os.geteuid() != 0:
        (tmp_path / "data").mkdir(mode=0o500)
        return check_refused(tmp_path, UNAVAILABLE, "data", flags=data_flags(tmp_path))
    with mounted(tmp_path / "data", "ro,size=1m"):
        check_refused(tmp_path, UNAVAILABLE, "data", flags=data_flags(tmp_path))


def test_two_servers_do_not_share_a_data_folder_unnoticed(start, tmp_path):
    """They may share it or not, but no answer may be lost."""
    first = start()
    record = answers.check_created(first.upload(drawn_pictures.png("47")))
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    ended = subprocess.Popen([glyphd_server.PROGRAM, "serve", "--port", "0", *data_flags(tmp_path)],
                             cwd=other_folder, env=glyphd_server.clean_environment(),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = ended.stdout.readline()
    ended.terminate()
    assert ended.wait(glyphd_server.PATIENCE) in ((0,) if said else (UNAVAILABLE,))
    assert first.session.get(f"{RECOGNITIONS}/{record['id']}").json() == record
    answers.check_created(first.upload(drawn_pictures.png("12")))


# --- The database ---


def damage(path, at, length=4096):
    content = bytearray(path.read_bytes())
    content[at:at + length] = bytes(i * 37 % 251 for i in range(len(content[at:at + length])))
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["no database", "first page", "second page", "cut off"])
def test_a_damaged_database_is_refused_and_left_as_it_is(kept, how):
    folder, _ = kept
    database = folder / "data" / "glyphd.db"
    if how == "no database":
        database.write_bytes(b"these are not the bytes of a database" * 100)
    elif how == "cut off":
        database.write_bytes(database.read_bytes()[:-6000])
    else:
        damage(database, 100 if how == "first page" else 4096)
    before = contents(folder / "data")
    check_refused(folder, CORRUPT, "glyphd.db", flags=data_flags(folder))
    assert contents(folder / "data")[pathlib.Path("glyphd.db")] == before[pathlib.Path("glyphd.db")]


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "glyphd.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE theirs(x)")
        connection.commit()
    before = database.read_bytes()
    check_refused(tmp_path, CORRUPT, "another program", flags=data_flags(tmp_path))
    assert database.read_bytes() == before


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(kept):
    folder, _ = kept
    database = folder / "data" / "glyphd.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    before = database.read_bytes()
    check_refused(folder, UNSUPPORTED, "99", "newer", flags=data_flags(folder))
    assert database.read_bytes() == before


def test_an_empty_database_file_becomes_a_database(start, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "glyphd.db").touch()
    answers.check_created(start().upload(drawn_pictures.png("47")))


# --- The model ---


def test_a_missing_model_is_named_and_no_data_folder_is_made(tmp_path):
    check_refused(tmp_path, NOT_FOUND, "nowhere", flags=(*data_flags(tmp_path), "--model", "nowhere"))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("missing", ["model.json", "weights.safetensors"])
def test_a_missing_file_of_a_model_is_named(tmp_path, missing):
    model = shutil.copytree(SHIPPED_MODEL, tmp_path / "model")
    (model / missing).unlink()
    check_refused(tmp_path, NOT_FOUND, missing, flags=(*data_flags(tmp_path), "--model", str(model)))


@pytest.mark.parametrize("file", ["model.json", "weights.safetensors"])
@pytest.mark.parametrize("how", ["empty", "cut off", "noise", "one bit"])
def test_a_damaged_file_of_a_model_is_refused(tmp_path, file, how):
    model = shutil.copytree(SHIPPED_MODEL, tmp_path / "model")
    whole = (model / file).read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0x10
    damaged = {"empty": b"", "cut off": whole[:len(whole) // 2], "noise": os.urandom(len(whole)),
               "one bit": bytes(flipped)}[how]
    if (file, how) == ("model.json", "one bit"):
        damaged = whole.replace(b"{", b"[", 1)
    (model / file).write_bytes(damaged)
    check_refused(tmp_path, CORRUPT, "model", flags=(*data_flags(tmp_path), "--model", str(model)))


# --- The settings ---


@pytest.mark.parametrize("flags", [("--port", "http"), ("--port", "70000"), ("--no-such-flag",), ("--max-body", "big"),
                                   ("--header-timeout", "10"), ("--log-level", "loud"), ("--config", "nowhere.toml")])
def test_a_wrong_flag_is_wrong_usage(tmp_path, flags):
    ended, said = run_to_its_end(tmp_path, *data_flags(tmp_path), *flags)
    assert ended in ((WRONG_USAGE, NOT_FOUND) if "nowhere.toml" in flags else (WRONG_USAGE,)), said
    assert not (tmp_path / "data").exists()


def test_an_unknown_setting_in_the_file_is_refused_by_name(tmp_path):
    (tmp_path / "glyphd.toml").write_text("host = '127.0.0.1'\nprot = 9000\n")
    check_refused(tmp_path, WRONG_USAGE, "glyphd.toml:2", "prot", flags=data_flags(tmp_path))


def test_a_variable_that_is_wrong_is_named(tmp_path):
    check_refused(tmp_path, WRONG_USAGE, "GLYPHD_MAX_PARTS", flags=data_flags(tmp_path),
                  environment={"GLYPHD_MAX_PARTS": "many"})


def test_a_flag_is_stronger_than_a_variable_and_that_than_the_file(tmp_path, start):
    (tmp_path / "glyphd.toml").write_text("max_parts = 1\nmax_body = '1500B'\nreview_below = 0.5\n")
    server = start("--max-body", "2kB", environment={"GLYPHD_MAX_BODY": "3kB", "GLYPHD_MAX_PARTS": "2"})
    form = [("image", drawn_pictures.png("1", cell=28, pen=3))] * 2
    assert server.session.post(RECOGNITIONS, files=form).status_code == 201
    answers.check_problem(server.session.post(RECOGNITIONS, files=form + form[:1]), 413, "2 ")
    answers.check_problem(server.upload(bytes(2001)), 413, "2000")


# --- And a start that succeeds ---


def test_the_program_runs_from_any_working_directory_under_another_name(tmp_path, start):
    elsewhere = shutil.copytree(pathlib.Path(glyphd_server.PROGRAM).resolve().parent / "models",
                                tmp_path / "moved" / "models").parent
    program = pathlib.Path(glyphd_server.PROGRAM).resolve()
    shutil.copy(program, elsewhere / "glyphd")
    if (program.parent / "lib").exists():
        shutil.copytree(program.parent / "lib", elsewhere / "lib")
    done = subprocess.run([elsewhere / "glyphd", "read", "-"], input=drawn_pictures.png("47"), cwd="/",
                          capture_output=True, env=glyphd_server.clean_environment(), timeout=glyphd_server.PATIENCE)
    assert done.returncode == 0, done.stderr
    assert b"47" in done.stdout
