"""With REQUIRE=all in the environment, a skipped test is a failure.

The servers here are real ones, from the program that the embedded store uses; all end with the run.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnectionError
from redis.retry import Retry

from actors.store.redis.keys import may_last
from actors.store.redis.valkey import server_binary

# What hypothesis tries is new in each run of a developer, and the same in each run that has to pass.
settings.register_profile("steady", deadline=None, derandomize=bool(os.environ.get("REQUIRE")))
settings.load_profile("steady")

Start = Callable[..., subprocess.Popen]
WATCHED = pytest.StashKey[list[Redis]]()

WITHOUT_END = """
local found = {}
for db = 0, 15 do
  redis.call('SELECT', db)
  for _, key in ipairs(redis.call('KEYS', '*')) do
    if redis.call('PTTL', key) == -1 then
      local status = redis.pcall('HGET', string.match(key, '^[^:]*:job:[^:]+') or '', 'status')
      table.insert(found, {key, type(status) == 'string' and status or ''})
    end
  end
end
return found
"""
"""The keys without a time to live in all databases, each with the status of the job it is of."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "leaves_keys(*patterns): keys that a hand has cut off from their job may stay")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE") == "all" and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def watch_keys(request: pytest.FixtureRequest) -> Callable[[str | Redis], None]:
    """`watch_keys(url)` has the keys of a server looked at when the test ends, before its fixtures do."""
    watched = request.config.stash.setdefault(WATCHED, [])

    def add(server: str | Redis) -> None:
        once = Retry(NoBackoff(), 0)
        watched.append(Redis.from_url(server, retry=once, socket_timeout=5) if isinstance(server, str) else server)

    return add


@pytest.fixture(autouse=True)
def key_hygiene(request: pytest.FixtureRequest, watch_keys: Callable[[str | Redis], None]) -> Iterator[None]:
    """The keys of the server that tests share are looked at after each, and are gone before the next."""
    watched = request.config.stash[WATCHED]
    shared = "redis_server" in request.fixturenames
    if shared:
        watch_keys(request.getfixturevalue("redis_server"))
    yield
    if shared:
        watched[0].flushall()
    for client in watched:
        client.close()
    watched.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that leaves a key without a time to live which is not to be one (`actors.store.redis.keys`)."""
    result = yield
    granted = [f"*:{pattern}" for mark in item.iter_markers("leaves_keys") for pattern in mark.args]
    found = [key for client in item.config.stash.get(WATCHED, ()) for key in _unending(client)]
    left = sorted(key for key in found if not any(fnmatchcase(key, pattern) for pattern in granted))
    assert not left, f"{item.nodeid} leaves keys without a time to live: {', '.join(left)}"
    return result


def _unending(client: Redis) -> list[str]:
    try:
        found = client.eval(WITHOUT_END, 0)
    except LostConnectionError:
        return []  # this server has ended before its test
    texts = [[part.decode() if isinstance(part, bytes) else part for part in row] for row in found]
    return [key for key, status in texts if not may_last(key.partition(":")[2], status)]


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
    """The URL of a server that keeps nothing; tests share it one after the other, and each finds it empty."""
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
            answer = client.recv(64)
            return bool(answer) and not answer.startswith(b"-LOADING")
        except OSError:
            return False
