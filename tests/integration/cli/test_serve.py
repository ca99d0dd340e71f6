"""`glyphd serve`: starting, stopping, refusing to start, and what history shows of it."""
import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

from cli_program import clean_environment, wait_until


def send(server, path, body=None, method=None, token=None):
    request = urllib.request.Request(server.address + path, data=body, method=method)
    request.add_header("Content-Type", "image/png")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def correct(server, record, text):
    request = urllib.request.Request(
        f"{server.address}/api/v1/recognitions/{record['id']}/correction",
        data=json.dumps({"text": text}).encode(), method="PUT")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=30).close()


def test_the_address_line_comes_when_readyz_is_200(serve):
    assert send(serve(), "/readyz")["status"] == "ready"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_it_with_0(serve, number):
    assert serve().stop(number) == 0


def test_the_second_signal_ends_it_at_once(serve, tmp_path):
    server = serve("--shutdown-timeout", "10min")
    address = server.address.removeprefix("http://localhost:")
    # A request that never ends keeps the first signal waiting.
    hanging = socket.create_connection(("127.0.0.1", int(address)))
    hanging.sendall(b"POST /api/v1/recognitions HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\n"
                    b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n")
    assert hanging.recv(100).startswith(b"HTTP/1.1 100")
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: b"stopping" in (tmp_path / "server.log").read_bytes())
    assert server.stop(signal.SIGTERM) == 128 + signal.SIGTERM
    hanging.close()


def test_started_elsewhere_it_finds_its_model_and_libraries(program, tmp_path, one):
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.copy2(program, moved)
    for folder in ("lib", "models"):
        shutil.copytree(program.parent / folder, moved / folder)
    environment = clean_environment()
    environment.pop("LD_LIBRARY_PATH", None)
    outcome = subprocess.run([moved / "glyphd", "read", "-"], input=one, capture_output=True,
                             cwd="/", env=environment, timeout=120)
    assert outcome.returncode == 0, outcome.stderr
    listing = subprocess.run(["ldd", moved / "glyphd"], capture_output=True, text=True,
                             env=environment).stdout
    elsewhere = [line.split()[0] for line in listing.splitlines()
                 if "=>" in line and str(moved) not in line]
    glibc = ("libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libresolv.so")
    assert [name for name in elsewhere if not name.startswith(glibc)] == []


def test_a_port_in_use_is_one_line_and_status_8(serve, glyphd, tmp_path):
    port = serve().address.rsplit(":", 1)[1]
    outcome = glyphd("serve", "--port", port, "--data", "other", "--log-level", "error")
    assert outcome.returncode == 8
    assert port.encode() in outcome.stderr and outcome.stderr.count(b"\n") == 1


def test_another_glyphd_on_the_same_data_is_refused(serve, glyphd):
    serve("--data", "shared")
    outcome = glyphd("serve", "--port", "0", "--data", "shared", "--log-level", "error")
    assert outcome.returncode == 8
    assert b"in use" in outcome.stderr and outcome.stderr.count(b"\n") == 1


def test_a_data_folder_that_cannot_be_made_is_refused(glyphd, tmp_path):
    (tmp_path / "file").write_text("in the way")
    outcome = glyphd("serve", "--port", "0", "--data", "file/data", "--log-level", "error")
    assert outcome.returncode == 8
    assert b"file/data" in outcome.stderr and outcome.stderr.count(b"\n") == 1


def test_a_damaged_database_is_refused_and_left_alone(glyphd, tmp_path):
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "glyphd.db"
    database.write_bytes(b"no database at all" * 1000)
    outcome = glyphd("serve", "--port", "0", "--log-level", "error")
    assert outcome.returncode == 9
    assert b"glyphd.db" in outcome.stderr and outcome.stderr.count(b"\n") == 1
    assert database.read_bytes() == b"no database at all" * 1000


def test_a_missing_model_or_key_file_is_refused(glyphd):
    assert glyphd("serve", "--port", "0", "--model", "nowhere").returncode == 6
    outcome = glyphd("serve", "--port", "0", "--api-keys", "nowhere.jsonl")
    assert outcome.returncode == 6 and b"nowhere.jsonl" in outcome.stderr


def test_print_config_shows_values_with_their_origin(glyphd, tmp_path):
    (tmp_path / "glyphd.toml").write_text("port = 1\nhost = 'file'\n")
    outcome = glyphd("serve", "--print-config", "--port", "3",
                     env={"GLYPHD_PORT": "2", "GLYPHD_MAX_BODY": "1MiB"})
    assert outcome.returncode == 0
    printed = outcome.stdout.decode()
    assert "port = 3  # flag --port" in printed
    assert "max_body = \"1MiB\"  # environment GLYPHD_MAX_BODY" in printed
    assert "  # file glyphd.toml:2" in printed
    assert "log_level = \"info\"  # default" in printed
    # What was printed is a configuration file.
    (tmp_path / "again.toml").write_text(printed)
    again = glyphd("serve", "--print-config", "--config", "again.toml").stdout.decode()
    assert "port = 3" in again


@pytest.mark.parametrize("environment, arguments, complaint", [
    ({"GLYPHD_PORT": "many"}, [], b"environment GLYPHD_PORT: must be a whole number"),
    ({"GLYPHD_PROT": "1"}, [], b'did you mean "GLYPHD_PORT"?'),
    ({}, ["--max-body", "1B"], b"--max-body: must be from 1KiB"),
    ({}, ["--config", "bad.toml"], b'bad.toml:2: unknown setting "prot"; did you mean "port"?'),
])
def test_a_wrong_setting_is_refused_with_its_place(glyphd, tmp_path, environment, arguments,
                                                   complaint):
    (tmp_path / "bad.toml").write_text("host = 'a'\nprot = 1\n")
    outcome = glyphd("serve", *arguments, env=environment)
    assert outcome.returncode == 2
    assert complaint in outcome.stderr and outcome.stderr.count(b"\n") == 1


def test_history_reads_beside_the_server(serve, glyphd, tmp_path, one, blank):
    server = serve("--data", "kept")
    records = [send(server, f"/api/v1/recognitions?reference={reference}", picture)
               for reference, picture in (("%3D1%2B1", one), ("b", blank))]

    lines = glyphd("history", "--data", "kept", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [records[1]["id"], records[0]["id"]]
    assert len(glyphd("history", "--data", "kept", "--limit", "1").stdout.splitlines()) == 1
    assert b"(blank)" in glyphd("history", "--data", "kept").stdout

    filtered = glyphd("history", "--data", "kept", "--text", "1", "--csv",
                      "--export-pictures", "pictures").stdout.decode()
    rows = list(csv.DictReader(io.StringIO(filtered)))
    assert [row["id"] for row in rows] == [records[0]["id"]]
    assert rows[0]["reference"] == "'=1+1", "a spreadsheet would run it otherwise"
    assert (tmp_path / "pictures" / f"{records[0]['id']}.png").read_bytes() == one


def test_history_without_a_database_says_where_it_looked(glyphd):
    outcome = glyphd("history", "--data", "nothing")
    assert outcome.returncode == 6 and b"nothing/glyphd.db" in outcome.stderr


def test_corrections_become_training_data(serve, glyphd, tmp_path, one, blank):
    server = serve("--data", "kept")
    texts = ["7", "42", None]
    records = [send(server, "/api/v1/recognitions", picture) for picture in (one, one, blank)]
    send(server, "/api/v1/recognitions", one)  # not corrected: no part of it
    for record, text in zip(records, texts):
        correct(server, record, text)
    outcome = glyphd("dataset", "from-corrections", "--data", "kept", "--out", "out")
    assert outcome.returncode == 0, outcome.stderr
    out = tmp_path / "out"
    places = [f"digits/7/{records[0]['id']}.png", f"lines/{records[1]['id']}.png",
              f"none/{records[2]['id']}.png"]
    assert [(out / place).read_bytes() for place in places] == [one, one, blank]
    with open(out / "corrections.csv") as table:
        listed = {row["path"]: row["label"] for row in csv.DictReader(table)}
    assert listed == dict(zip(places, ["7", "42", ""]))


def test_keys_made_here_open_the_server_and_revoked_ones_do_not(serve, glyphd, tmp_path):
    made = [glyphd("keys", "create", "--name", name, "--scopes", "read,write", "--file", "k.jsonl")
            for name in ("first", "second")]
    tokens = [outcome.stdout.decode().strip() for outcome in made]
    assert os.stat(tmp_path / "k.jsonl").st_mode & 0o777 == 0o600
    listed = glyphd("keys", "list", "--file", "k.jsonl").stdout.decode()
    assert "first" in listed and all(token not in listed for token in tokens)
    first_id = listed.splitlines()[0].split()[0]
    assert glyphd("keys", "revoke", first_id, "--file", "k.jsonl").returncode == 0
    assert glyphd("keys", "revoke", "k0", "--file", "k.jsonl").returncode == 6

    server = serve("--api-keys", "k.jsonl")
    assert send(server, "/api/v1/recognitions", token=tokens[1])["recognitions"] == []
    with pytest.raises(urllib.error.HTTPError) as refused:
        send(server, "/api/v1/recognitions", token=tokens[0])
    assert refused.value.code == 401
    for token in tokens:
        assert token not in (tmp_path / "server.log").read_text()
