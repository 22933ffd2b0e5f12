"""A Redis-compatible server for one benchmark: real, on loopback, in a folder of its own, gone afterwards."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from actors.store.redis.valkey import server_binary

START_SECONDS = 10.0
FSYNCS = ("everysec", "always", "no", "off")
"""`off`: no append-only file at all."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and how it keeps what it is told."""

    port: int
    settings: str

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Forget everything."""
        _ask(self.port, b"FLUSHALL")

    @property
    def version(self) -> str:
        """What it calls itself."""
        info = dict(line.split(":", 1) for line in _ask(self.port, b"INFO server").splitlines() if ":" in line)
        name = info.get("server_name", "redis")
        return f"{name} {info.get(f'{name}_version', info.get('redis_version', '?'))}"


@contextmanager
def running_server(fsync: str = "everysec") -> Iterator[Server]:
    """A server that listens on a free port."""
    kept = ("--appendonly", "no") if fsync == "off" else ("--appendonly", "yes", "--appendfsync", fsync)
    with tempfile.TemporaryDirectory(prefix="crp-bench-") as folder:
        port = free_port()
        where = ("--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--logfile", str(Path(folder) / "log"))
        command = [server_binary(), *where, *kept, "--save", ""]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            yield Server(port, " ".join(kept).replace("--", ""))
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if _ask(port, b"PING").startswith("+PONG"):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _ask(port: int, command: bytes) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as client:
        client.sendall(command + b"\r\n")
        return client.recv(65_536).decode()
