"""A few passages, processes for the local database, and a real ChromaDB server that can be killed and brought back.

Tests share the server, so each has a tenant of its own.
"""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError
from uuid import uuid4

import numpy as np
import pytest

from actors.domain.documents import Passage, Source, SourceStatus
from actors.runtime.pool import ProcessPool
from actors.services.vectors.chroma import LocalChroma
from actors.services.vectors.remote import open_remote

RUN_SERVER = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', 'run', *sys.argv[1:]])"
START_SECONDS = 20


TEXT = "\n The ozone hole closed. Bread needs salt.\nThe treaty\u2028was signed. "


@pytest.fixture
def sample() -> SimpleNamespace:
    """Three passages of one source, with vectors at right angles, and the text they are of."""
    spans = [(2, 24), (25, 41), (42, 63)]
    passages = [
        Passage(id=f"s1p{number}", source_id="s1", text=TEXT[start:end], start=start, end=end)
        for number, (start, end) in enumerate(spans, 1)
    ]
    source = Source(
        id="s1",
        url="https://a.example/",
        title="A",
        author="B. C.",
        published="2021-05",
        fetched_at="2026-01-02T03:04:05Z",
        sha256=sha256(TEXT.encode()).hexdigest(),
        status=SourceStatus.READ,
    )
    return SimpleNamespace(
        text=TEXT,
        texts=[passage.text for passage in passages],
        passages=passages,
        sources={"s1": source},
        vectors=np.eye(3, 8, dtype=np.float32),
    )


@pytest.fixture
def tenant() -> str:
    """One that no other test has, with what a key may hold of any name."""
    return f"../{uuid4()}'\"; DROP \N{SNOWMAN}"


@pytest.fixture
async def pools() -> AsyncIterator[list[ProcessPool]]:
    """Pools of one process each, as in two processes of the service; none runs before it is used."""
    async with AsyncExitStack() as stack:
        opened = [ProcessPool(processes=1, timeout_seconds=60) for _ in range(2)]
        for pool in opened:
            stack.push_async_callback(pool.close)
        yield opened


@dataclass
class Server:
    """A ChromaDB server on loopback; `kill` leaves its folder, and `start` finds it again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN_SERVER, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, "the server has not started"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/heartbeat", timeout=5):
                return True
        except (URLError, OSError):
            return False

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def free_port() -> int:
    return find_port()


def find_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Not started yet; whatever the tests do with it, it is gone in the end."""
    described = Server(tmp_path_factory.mktemp("chroma-server"), find_port())
    yield described
    described.kill()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """The server, up."""
    if shared_server.process is None or shared_server.process.poll() is not None:
        shared_server.start()
    return shared_server


class HerePool:
    """The pool's port without processes: starting one costs a second, and test_chroma.py has them."""

    async def run(self, function, /, *args, **kwargs):
        return function(*args, **kwargs)


@pytest.fixture(params=["local", "server"])
def open_store(request, tmp_path):
    """`async with open_store(model)`: the store, of the service with this model for its embeddings."""

    @asynccontextmanager
    async def opened(model="a/model:8"):
        if request.param == "local":
            yield LocalChroma(HerePool(), tmp_path / "chroma", model)
            return
        async with open_remote("127.0.0.1", request.getfixturevalue("server").port, model) as store:
            yield store

    return opened


@pytest.fixture
async def store(open_store):
    async with open_store() as opened:
        yield opened
