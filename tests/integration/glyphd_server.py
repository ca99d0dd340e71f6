"""Starts the real program on a free port and ends it, for the tests of this folder."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import requests

import answers

PROGRAM = os.environ.get("GLYPHD_BIN", "build/release/glyphd")
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
READY_LINE = re.compile(r"glyphd: ready on http://\S+:(\d+)\s*$")
UNDER_ASAN = pathlib.Path(os.environ.get("GLYPHD_BUILD_DIR", "")).name.endswith("asan")
# Sanitizers and a machine that builds beside the tests make everything slower, never wrong.
PATIENCE = 60


def clean_environment(extra=None):
    """The tests' own variables must not configure the program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GLYPHD_")}
    return {**kept, **(extra or {})}


class Session(requests.Session):
    """Takes paths instead of addresses and notes what was answered."""

    def __init__(self, base):
        super().__init__()
        self.base = base
        self.trust_env = False

    def request(self, method, url, *args, **kwargs):
        kwargs.setdefault("timeout", PATIENCE)
        response = super().request(method, self.base + url, *args, **kwargs)
        answers.note(method, url, response.status_code)
        return response


class GlyphdServer:
    def __init__(self, folder, *flags, environment=None):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.flags = flags
        self.environment = clean_environment(environment)
        self.log_path = self.folder / "server.log"
        self.process = None
        self.port = None
        self.session = None

    def start(self):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--port", "0", "--data", str(self.data), *self.flags],
                stdout=subprocess.PIPE, stderr=log, cwd=self.folder, env=self.environment, text=True)
        for line in self.process.stdout:
            if found := READY_LINE.search(line):
                self.port = int(found.group(1))
                self.session = Session(self.base)
                return self
        raise AssertionError(f"it ended with {self.process.wait()} instead of starting: {self.log()}")

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def new_session(self):
        """Sessions are for one thread each."""
        return Session(self.base)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def connect(self, timeout=PATIENCE):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=PATIENCE):
        status = self.process.wait(timeout)
        self.process.stdout.close()
        return status

    def kill(self):
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self):
        """Ends it as a supervisor does; a leak that ASan finds shows in the status too."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        status = self.wait()
        assert status == 0, f"ended with {status}: {self.log()[-4000:]}"

    def memory_kib(self, field):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE).group(1))

    def metric(self, name):
        """The sum over all labels of one metric."""
        text = self.session.get("/metrics").text
        lines = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, lines))

    def upload(self, picture, path="/api/v1/recognitions", **kwargs):
        return self.session.post(path, data=picture, headers={"Content-Type": "image/png"}, **kwargs)


@contextlib.contextmanager
def running(folder, *flags, environment=None):
    server = GlyphdServer(folder, *flags, environment=environment).start()
    try:
        yield server
        server.stop()
    finally:
        if server.process.poll() is None:
            server.kill()


def run_to_its_end(folder, *flags, environment=None):
    """For starts that have to fail: (exit status, standard error)."""
    port = [] if "--port" in flags else ["--port", "0"]
    done = subprocess.run([PROGRAM, "serve", *port, *flags], cwd=folder,
                          env=clean_environment(environment), capture_output=True, text=True,
                          timeout=PATIENCE)
    return done.returncode, done.stderr


def wait_until(condition, what, limit=PATIENCE):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"in vain waited for {what}"
        time.sleep(0.02)
