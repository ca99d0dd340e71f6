"""What was answered is kept: through kill -9 at any moment, a stop under load and a full disk."""
import pathlib
import signal
import subprocess
import threading
import time

import pytest
import requests

import answers
import drawn_pictures
import glyphd_server
import raw_socket

RECOGNITIONS = "/api/v1/recognitions"
PICTURE = drawn_pictures.png("7")
ROUNDS = 6
SECONDS_A_ROUND = 1.0
THREADS = 4


class Load:
    """Threads that upload until they are stopped or the server is gone."""

    def __init__(self, server, first_number):
        self.answered = {}  # id -> (record, the bytes that were sent)
        self.refused = []
        self.cut_off = 0
        self.lock = threading.Lock()
        self.numbers = iter(range(first_number, 1 << 20))
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(server.new_session(),))
                        for _ in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def next_picture(self):
        with self.lock:
            return drawn_pictures.numbered_png(next(self.numbers))

    def run(self, session):
        while not self.stopping.is_set():
            picture = self.next_picture()
            try:
                response = session.post(RECOGNITIONS, data=picture)
            except requests.RequestException:
                with self.lock:
                    self.cut_off += 1
                return
            self.note(response, picture)

    def note(self, response, picture):
        with self.lock:
            if response.status_code == 201:
                record = response.json()
                self.answered[record["id"]] = (record, picture)
            else:
                self.refused.append(response)

    def join(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def everything(session):
    found, cursor = [], None
    while True:
        page = session.get(RECOGNITIONS, params={"limit": 1000, **({"cursor": cursor} if cursor else {})}).json()
        found += page["recognitions"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def check_kept(server, answered):
    """Every answered record is there once, as it was answered, its picture byte for byte."""
    records = everything(server.session)
    by_id = {record["id"]: record for record in records}
    assert len(by_id) == len(records)
    assert not set(answered) - set(by_id)
    for identifier, (record, picture) in answered.items():
        assert by_id[identifier] == record
        assert server.session.get(f"{RECOGNITIONS}/{identifier}/image").content == picture
    return records


def test_what_was_answered_outlives_kill_9_at_any_moment(start):
    server = start()
    answered, first_number = {}, 0
    for number in range(ROUNDS):
        load = Load(server, first_number)
        time.sleep(SECONDS_A_ROUND + 0.037 * number)
        server.kill()
        load.join()
        assert load.cut_off == THREADS and not load.refused
        answered |= load.answered
        first_number += 1 << 16
        server.start()
        check_kept(server, load.answered)
    assert len(answered) >= ROUNDS * THREADS
    records = check_kept(server, answered)
    # What was kept but never answered is at most what was under way at a kill.
    assert len(records) - len(answered) <= ROUNDS * THREADS


def test_sigterm_under_load_finishes_what_was_begun_and_ends_with_0(start):
    server = start()
    load = Load(server, 0)
    time.sleep(SECONDS_A_ROUND)
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    load.join()
    assert not load.refused
    assert "stopped before every request was finished" not in server.log()
    server.start()
    # Nothing was kept of which the client was not told: all requests under way were finished.
    assert len(check_kept(server, load.answered)) == len(load.answered)


def test_sigterm_waits_for_a_body_that_is_under_way(start):
    server = start()
    with server.connect() as connection:
        connection.sendall(raw_socket.post_head(server, f"Content-Length: {len(PICTURE)}") + PICTURE[:100])
        glyphd_server.wait_until(lambda: server.metric("glyphd_http_requests_in_flight") >= 2, "the request")
        server.signal(signal.SIGTERM)
        glyphd_server.wait_until(lambda: "info stopping" in server.log(), "the stop to begin")
        connection.sendall(PICTURE[100:])
        answer = raw_socket.read_answer(connection)
        record = answers.check_created(answer)
        assert answer.headers["Connection"] == "close"
    assert server.wait() == 0
    server.start()
    assert [one["id"] for one in everything(server.session)] == [record["id"]]


def test_a_stopping_server_takes_no_new_connection(start):
    server = start()
    with server.connect() as connection:
        connection.sendall(raw_socket.post_head(server, "Content-Length: 10") + b"x")
        glyphd_server.wait_until(lambda: server.metric("glyphd_http_requests_in_flight") >= 2, "the request")
        server.signal(signal.SIGTERM)
        glyphd_server.wait_until(lambda: refuses_connections(server), "the listening socket to close")
        connection.sendall(b"x" * 9)
        assert raw_socket.read_answer(connection).status_code == 415
    assert server.wait() == 0


def refuses_connections(server):
    try:
        server.connect().close()
        return False
    except (ConnectionRefusedError, ConnectionResetError):
        return True  # reset: it was in the queue of the socket that has just been closed


def test_a_request_that_never_ends_does_not_hold_up_the_stop_for_longer_than_its_limit(start):
    server = start("--shutdown-timeout", "300ms")
    with server.connect() as connection:
        connection.sendall(raw_socket.post_head(server, "Content-Length: 10") + b"x")
        glyphd_server.wait_until(lambda: server.metric("glyphd_http_requests_in_flight") >= 2, "the request")
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    assert "stopped before every request was finished" in server.log()


def test_an_answer_that_is_still_being_read_does_not_hold_up_the_stop(start):
    """Once it is read, its connection has nothing more to wait for."""
    server = start("--shutdown-timeout", "1min")
    large = drawn_pictures.bmp_of_one_bit(8_000, 6_000)
    record = answers.check_created(server.upload(large))
    with server.connect() as connection:
        request = f"GET {RECOGNITIONS}/{record['id']}/image HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(request.encode())
        assert connection.recv(1)  # the answer is under way, yet larger than the socket's buffers
        server.signal(signal.SIGTERM)
        glyphd_server.wait_until(lambda: "info stopping" in server.log(), "the stop to begin")
        while connection.recv(1 << 20):
            pass
    assert server.wait() == 0
    assert "stopped before every request was finished" not in server.log()


def test_a_second_signal_ends_at_once(start):
    server = start("--shutdown-timeout", "1min")
    with server.connect() as connection:
        connection.sendall(raw_socket.post_head(server, "Content-Length: 10") + b"x")
        glyphd_server.wait_until(lambda: server.metric("glyphd_http_requests_in_flight") >= 2, "the request")
        server.signal(signal.SIGTERM)
        glyphd_server.wait_until(lambda: "info stopping" in server.log(), "the stop to begin")
        time.sleep(0.2)
        server.signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 143


def test_ctrl_c_ends_it_with_0_too(start):
    server = start()
    server.upload(PICTURE)
    server.signal(signal.SIGINT)
    assert server.wait() == 0


# --- A full disk ---


@pytest.fixture
def small_disk(tmp_path):
    """A data folder on a file system of 8 MiB."""
    folder = tmp_path / "data"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("needs root and the right to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def large_picture(number):
    return drawn_pictures.bmp_of_one_bit(1_600, 1_000) + b"%d" % number


def fill(server):
    """Uploads until the disk is full: (answered, refused)."""
    answered, refused = {}, []
    for number in range(200):
        picture = large_picture(number)
        response = server.session.post(RECOGNITIONS, data=picture)
        if response.status_code == 201:
            answered[response.json()["id"]] = (response.json(), picture)
        else:
            refused.append(response)
        if len(refused) == 3:
            return answered, refused
    raise AssertionError("the disk never was full")


@pytest.mark.parametrize("restart", [False, True])
def test_a_full_disk_refuses_keeps_nothing_half_and_goes_on_when_there_is_space(small_disk, tmp_path, restart):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(4 << 20))
    with glyphd_server.running(tmp_path) as server:
        answered, refused = fill(server)
        assert answered
        for response in refused:
            answers.check_problem(response, 503)
        assert server.session.get("/livez").status_code == 200
        check_kept(server, answered)  # reading goes on
        ballast.unlink()
        if restart:
            server.kill()
            server.start()
        picture = large_picture(999)
        glyphd_server.wait_until(lambda: keeps(server, picture, answered), "the disk to be used again")
        assert len(check_kept(server, answered)) == len(answered)


def keeps(server, picture, answered):
    response = server.session.post(RECOGNITIONS, data=picture)
    if response.status_code == 201:
        answered[response.json()["id"]] = (response.json(), picture)
    return response.status_code == 201


def test_a_start_on_a_full_disk_is_refused_with_one_line(small_disk, tmp_path):
    ballast = pathlib.Path(small_disk / "ballast")
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass
    ended, said = glyphd_server.run_to_its_end(tmp_path, "--data", str(small_disk))
    assert ended == 8, said
    assert len([line for line in said.splitlines() if line.startswith("glyphd: ")]) == 1
