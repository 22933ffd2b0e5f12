"""A server that says to the byte what a connection brings, and the service itself in a folder like a checkout."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 60
IN_CHECKOUT = ("Makefile", "uv.lock", "config.toml", "app", "actors", "examples")


@dataclass
class Wire:
    """Answers each connection with the next of `answers`, the last of them for ever, and hangs up.

    An answer is what goes over the wire, or a function that makes it of the request's headers; None is silence.
    """

    answers: list[bytes | Callable[[dict[str, str]], bytes] | None]
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    open: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in rest)}
            await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append((line.removesuffix(" HTTP/1.1"), headers))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is None:
                await reader.read()
            else:
                writer.write(answer(headers) if callable(answer) else answer)
                await writer.drain()
        writer.close()
        self.open -= 1


@asynccontextmanager
async def open_wire(*answers) -> AsyncIterator[Wire]:
    wire = Wire(list(answers))
    async with await asyncio.start_server(wire.answer, "127.0.0.1", 0) as server:
        wire.url = "http://{}:{}".format(*server.sockets[0].getsockname())
        yield wire
        server.close()
        while wire.open:
            await asyncio.sleep(0.001)


@pytest.fixture
async def wire():
    """`await wire(*answers)`: a server that gives these."""
    async with AsyncExitStack() as stack:

        async def listen(*answers) -> Wire:
            return await stack.enter_async_context(open_wire(*answers))

        yield listen


@pytest.fixture(scope="session", name="open_wire")
def open_wire_fixture():
    return open_wire


def plain(status: int, body: object = None, kind: str = "application/json", **headers: str) -> bytes:
    """An answer with its length."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    lines = [f"HTTP/1.1 {status} Some Reason", f"Content-Type: {kind}", f"Content-Length: {len(text)}"]
    lines += ["Connection: close", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + text


def streamed(*pieces: bytes) -> bytes:
    """An event stream in these chunks, ended in order."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode() + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b""))


def event(seq: int, kind: str = "progress", **data: object) -> bytes:
    """One event as the service sends it."""
    at = "2026-03-04T10:00:05+00:00"
    told = {"seq": seq, "job_id": "j1", "type": kind, "stage": None, "at": at, "data": {"text": "über …", **data}}
    return f"id: {seq}\nevent: {kind}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


@pytest.fixture(scope="session", name="plain")
def plain_fixture():
    return plain


@pytest.fixture(scope="session", name="streamed")
def streamed_fixture():
    return streamed


@pytest.fixture(scope="session", name="event")
def event_fixture():
    return event


@dataclass
class Service:
    """The service, as a group of processes of its own."""

    process: subprocess.Popen
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8")

    @property
    def url(self) -> str:
        return re.search(r"listening on (\S+)", self.log).group(1)

    def ready(self) -> "Service":
        """Wait until it listens."""
        deadline = time.monotonic() + SECONDS
        while "listening on" not in self.log:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.01)
        return self

    def end(self, number: int) -> None:
        """Send the signal to all of its processes, and wait until none is left."""
        deadline = time.monotonic() + SECONDS
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
            while time.monotonic() < deadline:
                self.process.poll()
                os.killpg(self.process.pid, 0)
                time.sleep(0.01)
            os.killpg(self.process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def checkout() -> Callable[[Path], Path]:
    """Make of an empty folder what users have: the project and its environment, but no data and no reports."""

    def make(folder: Path) -> Path:
        for name in IN_CHECKOUT:
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv").symlink_to(sys.prefix)
        return folder

    return make


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """What a service is started with: nothing of the developer's own settings, a lease that ends soon."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRP_", "API_KEY", "REDIS_"))}
    return kept | {"CRP_ENGINE__LEASE_SECONDS": "1", "CRP_ENGINE__PROCESSES": "1", "CRP_SERVER__PORT": "0"}


@pytest.fixture(scope="module")
def launch(environment) -> Iterator[Callable[..., Service]]:
    """`launch(folder, *command, **environment)`: a service, started in this folder by this command; all are ended."""
    services = []

    def start(folder: Path, *command: str, **settings: str) -> Service:
        log_file = folder / f"log{len(services)}"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=environment | settings, stdout=log, stderr=log, start_new_session=True
            )
        services.append(Service(process, log_file))
        return services[-1]

    yield start
    for service in services:
        service.end(signal.SIGTERM)
