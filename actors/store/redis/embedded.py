"""A private Valkey server for one data folder: the first process starts it, all share it, the last one out stops it.

Two files in the folder are locked, never read. `users.lock`: each process holds it shared, so who can have it alone is
the last one; while one has it alone, newcomers wait. `server.lock`: the server inherits it and holds it for as long as
it lives, whoever started it and whatever became of them; so there is never a second one on the same files.
"""

import asyncio
import fcntl
import os
import signal
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from actors.domain.errors import ConfigError, StoreUnavailableError
from actors.store.redis.valkey import ask, last_words, server_binary, spawn, why_it_ended

POLL_SECONDS = 0.005
STOP_SECONDS = 10.0
SOCKET_BYTES = 100
"""The longest path of a socket: Linux allows 107 bytes, macOS 103."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """Where the server listens; `ensure` starts it again if it has died, and costs one PING if not.

    `ensure` may be called by several tasks and processes at once. It raises what `embedded_server` does.
    """

    url: str
    ensure: Callable[[], Awaitable[None]]


@asynccontextmanager
async def embedded_server(
    data: Path, *, connect_seconds: float = 5.0, binary: Path | None = None
) -> AsyncIterator[EmbeddedServer]:
    """The server of this data folder, shared with every process that has it open; the last one stops it.

    `connect_seconds` is how long a silent server is waited for; one that says it is loading its data may take longer.

    Raises:
        ConfigError: the folder cannot be written, or its data not be read; the program cannot be run.
        StoreUnavailableError: the server does not answer in time.
    """
    server = _Server(data, binary or server_binary())
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, "embedded-server")

    async def ensure() -> None:
        await loop.run_in_executor(thread, server.ensure, connect_seconds)

    try:
        await loop.run_in_executor(thread, server.open, connect_seconds)
        yield EmbeddedServer(server.url, ensure)
    finally:
        closing = loop.run_in_executor(thread, server.close)
        thread.shutdown(wait=False)
        await asyncio.shield(closing)


class _Server:
    """What one process knows of the server. It blocks, and belongs to one thread that is not the event loop's."""

    def __init__(self, data: Path, binary: Path) -> None:
        self._folder = data.resolve() / "valkey"
        self._listen = _socket_path(self._folder)
        self._binary = binary
        self._users: int | None = None
        self._child: int | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._listen))}"

    def open(self, seconds: float) -> None:
        """Join the users of the folder, unless its server is being stopped: that is waited for."""
        with _writing(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._users = _open(self._folder / "users.lock")
            if not _lock(self._users, fcntl.LOCK_SH, seconds):
                raise StoreUnavailableError(
                    f"another process has been stopping the server in {self._folder} for {seconds:g}s"
                )
        self.ensure(seconds)

    def ensure(self, seconds: float) -> None:
        """Return when the server answers; start it if none runs."""
        deadline = time.monotonic() + seconds
        log_start: int | None = None
        while not (answer := ask(self._listen, b"PING")) or answer.startswith(b"-LOADING"):
            if answer:
                deadline = time.monotonic() + seconds
            elif time.monotonic() > deadline:
                said = last_words(self._folder)
                raise StoreUnavailableError(
                    f"the server in {self._folder} is silent for {seconds:g}s; its log ends: {said}"
                )
            with _writing(self._folder), _opened(self._folder / "server.lock") as lock:
                if _lock(lock, fcntl.LOCK_EX):
                    if log_start is not None:
                        raise why_it_ended(self._folder, log_start)
                    log_start = self._start(lock)
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Leave; as the last user, stop the server and keep newcomers waiting until it is gone."""
        if self._users is None:
            return
        try:
            if _lock(self._users, fcntl.LOCK_EX):
                self._stop()
        finally:
            os.close(self._users)
            self._users = None

    def _start(self, lock: int) -> int:
        self._child_lives()
        if self._listen.parent != self._folder:
            _make_private(self._listen.parent)
        self._child, log_start = spawn(self._binary, self._folder, self._listen, lock)
        return log_start

    def _stop(self) -> None:
        ask(self._listen, b"SHUTDOWN NOSAVE FORCE")
        if self._child is not None and self._child_lives():
            os.kill(self._child, signal.SIGTERM)
        with suppress(OSError), _opened(self._folder / "server.lock") as lock:
            gone = _lock(lock, fcntl.LOCK_EX, STOP_SECONDS)
            if not gone and self._child is not None and self._child_lives():
                os.kill(self._child, signal.SIGKILL)
                _lock(lock, fcntl.LOCK_EX, STOP_SECONDS)
        if self._listen.parent != self._folder:
            with suppress(OSError):
                self._listen.parent.rmdir()
        self._child_lives()

    def _child_lives(self) -> bool:
        """Whether the server that this process started is alive; takes note of its end, or it would stay a zombie."""
        if self._child is None:
            return False
        with suppress(ChildProcessError):
            if os.waitpid(self._child, os.WNOHANG)[0] == 0:
                return True
        self._child = None
        return False


def _socket_path(folder: Path) -> Path:
    """In the folder, or where its path is too long for a socket, in a private one among the temporary files."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) > SOCKET_BYTES:
        digest = sha256(os.fsencode(folder)).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"crp-{os.getuid()}-{digest}" / "valkey.sock"
    if len(os.fsencode(path)) > SOCKET_BYTES:
        raise ConfigError(f"{path} is too long for a socket: set TMPDIR to a shorter path")
    return path


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise ConfigError(f"{folder} must be a folder that only this user can enter: remove it, or set TMPDIR")


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = _open(path)
    try:
        yield file
    finally:
        os.close(file)


def _lock(file: int, kind: int, seconds: float = 0.0) -> bool:
    """Lock an open file within this time; answers whether it could."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"the data folder cannot be written: {error.filename or folder}: {error.strerror}") from error
