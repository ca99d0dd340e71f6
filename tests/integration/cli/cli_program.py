"""The real program and what is put into it."""
import os
import select
import signal
import struct
import subprocess
import time
import zlib

START_SECONDS = 60  # generous: sanitizers and busy machines


def clean_environment(**more):
    """Ours without settings that somebody exported, and without colours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GLYPHD_")}
    return {**kept, **{name: str(value) for name, value in more.items()}}


class Server:
    """`glyphd serve` on a free port, stopped at the end."""

    def __init__(self, program, cwd, *arguments, env=None):
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", *map(str, arguments)], cwd=cwd,
            env=clean_environment(**(env or {})), stdout=subprocess.PIPE,
            stderr=open(cwd / "server.log", "wb"))
        self.address = self._address_line()

    def _address_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline().decode() if ready else ""
        assert line.startswith("glyphd: ready on http://"), line
        return line.removeprefix("glyphd: ready on ").strip()

    def stop(self, signal_number=signal.SIGTERM):
        self.process.send_signal(signal_number)
        return self.process.wait(START_SECONDS)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def png(width, height, pixels):
    """A grey PNG of these rows of bytes."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    rows = b"".join(b"\0" + bytes(pixels[y * width:(y + 1) * width]) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def wait_until(condition, seconds=START_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
