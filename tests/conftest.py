"""With REQUIRE=all in the environment, a skipped test is a failure.

The servers here are real ones, from the program that the embedded store uses; all end with the run.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from actors.store.redis.valkey import server_binary

# What hypothesis tries is new in each run of a developer, and the same in each run that has to pass.
settings.register_profile("steady", deadline=None, derandomize=bool(os.environ.get("REQUIRE")))
settings.load_profile("steady")

Start = Callable[..., subprocess.Popen]


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE") == "all" and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for the name of a socket."""
    folder = Path(tempfile.mkdtemp(prefix="crp-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def start_server() -> Iterator[Start]:
    """`start_server(folder, address, *options)`: a server that answers at `address`, a socket's path or a port."""
    processes = []

    def start(folder: Path, address: Path | int, *options: str) -> subprocess.Popen:
        with (folder / "log").open("ab") as log:
            processes.append(
                subprocess.Popen([server_binary(), *options, "--dir", folder], stdout=log, stderr=log, cwd=folder)
            )
        deadline = time.monotonic() + 10
        while not _answers(address):
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.01)
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def redis_server(start_server: Start) -> Iterator[str]:
    """The URL of a server that keeps nothing; tests share it, so each uses a prefix of its own or flushes it."""
    folder = Path(tempfile.mkdtemp(prefix="crp-"))
    listen = folder / "valkey.sock"
    process = start_server(folder, listen, "--port", "0", "--unixsocket", str(listen), "--save", "")
    yield f"unix://{listen}"
    process.kill()
    process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            return server.getsockname()[1]

    return find


def _answers(address: Path | int) -> bool:
    family, target = (
        (socket.AF_INET, ("127.0.0.1", address)) if isinstance(address, int) else (socket.AF_UNIX, str(address))
    )
    with socket.socket(family) as client:
        client.settimeout(1)
        try:
            client.connect(target)
            client.sendall(b"PING\r\n")
            return bool(client.recv(64))
        except OSError:
            return False
