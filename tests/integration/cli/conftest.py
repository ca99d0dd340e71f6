"""Runs the real program. GLYPHD_BIN names it; without it the tests count as skipped."""
import os
import subprocess
from pathlib import Path

import pytest

from cli_program import Server, clean_environment, png


@pytest.fixture(scope="session")
def program():
    binary = os.environ.get("GLYPHD_BIN")
    if not binary:
        pytest.skip("GLYPHD_BIN does not name the program")
    return Path(binary).resolve()


@pytest.fixture
def glyphd(program, tmp_path):
    """glyphd("read", "a.png", stdin=b"", env={…}) in an empty folder."""

    def run(*arguments, stdin=b"", env=None, cwd=tmp_path):
        return subprocess.run(
            [program, *map(str, arguments)], input=stdin, capture_output=True, cwd=cwd,
            env=clean_environment(**(env or {})), timeout=120)

    return run


@pytest.fixture
def serve(program, tmp_path):
    servers = []

    def start(*arguments, env=None):
        servers.append(Server(program, tmp_path, *arguments, env=env))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def one():
    """A drawn 1: a dark upright stroke on white."""
    side = 60
    pixels = [255] * (side * side)
    for y in range(10, 50):
        for x in range(27, 33):
            pixels[y * side + x] = 0
    return png(side, side, pixels)


@pytest.fixture(scope="session")
def blank():
    return png(40, 40, [255] * 1600)
