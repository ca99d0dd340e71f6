"""Fixtures of all tests that talk with the running program."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import glyphd_server  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "last: looks at what all other tests saw, so it runs last")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server with the default settings for all tests of a file."""
    with glyphd_server.running(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def start(tmp_path):
    """Starts a server of the test's own, with flags; one that still runs is stopped at the end."""
    started = []

    def start_one(*flags, folder=tmp_path, environment=None):
        started.append(glyphd_server.GlyphdServer(folder, *flags, environment=environment))
        return started[-1].start()

    yield start_one
    for one in started:
        if one.process.returncode is None:
            one.stop()
