"""Part `sse`: how long an event takes from its worker to a thousand clients that follow the same job on one process."""

import asyncio
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median

from actors.domain.artefacts import Plan
from actors.domain.events import EventType, Note
from actors.domain.job import Job, Record, ResearchRequest
from actors.services.base import Services
from actors.stages.base import Artefacts
from app.middlewares.api_key import DEFAULT_TENANT
from benchmarks.bench_latency import percentile
from benchmarks.bench_options import Options
from benchmarks.bench_ours import Passes, engine_on, no_op_stages
from benchmarks.bench_server import running_server
from benchmarks.bench_service import service
from benchmarks.bench_table import Figure, Part, Verdict

CLIENTS = 1_000
EVENTS = 20
GAP_SECONDS = 0.25
PATIENCE_SECONDS = 60.0
P99_MS = 50.0
READ_BYTES = 2**16
FIRST = b"event: queued"
SENT = re.compile(rb'"sent": ([0-9.]+)')


@dataclass(frozen=True, slots=True)
class Telling:
    """A stage that tells `EVENTS` events, each with the moment of its telling, once all clients listen."""

    listening: asyncio.Event
    name: str = "tell"
    artefact: type[Record] = Plan

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Record:  # noqa: ARG002 (see `Stage`)
        """See `stages.Stage`."""
        await self.listening.wait()
        for number in range(EVENTS):
            await asyncio.sleep(GAP_SECONDS)
            data = {"sent": round(time.perf_counter(), 6)}
            await services.tell(Note(type=EventType.PROGRESS, data=data, once=f"sent:{number}"))
        return Plan(questions=("q",))


@dataclass(frozen=True, slots=True)
class Client:
    """A connection that follows the job, and what came of it: each piece with the moment in which it was read."""

    connection: socket.socket
    pieces: list[tuple[float, bytes]] = field(default_factory=list)

    def seconds(self) -> list[float]:
        """How long each event took until the last of its bytes was read."""
        rest, taken = b"", []
        for moment, piece in self.pieces:
            whole, _, rest = (rest + piece).rpartition(b"\n\n")
            taken += [moment - float(sent) for sent in SENT.findall(whole)]
        return taken


@dataclass(frozen=True, slots=True)
class Crowd:
    """All clients of a job, read by one thread that does nothing else: what they got is looked at afterwards."""

    clients: dict[int, Client]
    ready: select.epoll

    def join(self) -> None:
        """Until each has the job's first event."""
        missing = set(self.clients)
        while missing:
            missing -= {place for place in self._read() if FIRST in self.clients[place].pieces[-1][1]}

    def stay(self) -> None:
        """Until each stream has ended."""
        following = len(self.clients)
        while following:
            for place in self._read():
                if not self.clients[place].pieces[-1][1]:
                    self.ready.unregister(place)
                    following -= 1

    def _read(self) -> list[int]:
        """Read once from each client for which there is something."""
        places = [place for place, _ in self.ready.poll(PATIENCE_SECONDS)]
        if not places:
            raise RuntimeError("the clients wait in vain")
        for place in places:
            client = self.clients[place]
            piece = client.connection.recv(READ_BYTES)
            client.pieces.append((time.perf_counter(), piece))
        return places


@contextmanager
def crowd_on(port: int, path: str) -> Iterator[Crowd]:
    """A crowd that has asked for the events at `path`."""
    ask = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n"
    with ExitStack() as stack:
        crowd = Crowd({}, stack.enter_context(select.epoll()))
        for _ in range(CLIENTS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS))
            connection.sendall(ask.encode())
            crowd.clients[connection.fileno()] = Client(connection)
            crowd.ready.register(connection, select.EPOLLIN)
        yield crowd


def measure(options: Options) -> Part:
    """Let a crowd follow one job, a new one each round."""
    p50, p99 = [], []
    with running_server(options.fsync) as server, service(server.url) as port:
        for _ in range(options.rounds):
            seconds = asyncio.run(_round(server.url, port))
            p50.append(percentile(seconds, 50) * 1_000)
            p99.append(percentile(seconds, 99) * 1_000)
        settings = {"clients": CLIENTS, "events": EVENTS, "one every": f"{GAP_SECONDS:g} s", "rounds": options.rounds}
        settings |= {"server": server.version, "kept with": server.settings}
    figures = (Figure("ours, p50", "ms", tuple(p50)), Figure("ours, p99", "ms", tuple(p99)))
    verdict = Verdict("p99 in ms (median of the rounds)", P99_MS, median(p99), at_least=False)
    return Part("sse", "SSE: event told to delivered, 1,000 clients of one job", figures, (verdict,), settings)


async def _round(url: str, port: int) -> list[float]:
    """The seconds of each delivery.

    Raises:
        RuntimeError: some events were not delivered, or twice.
    """
    listening = asyncio.Event()
    pipeline = (Telling(listening), *no_op_stages(Passes(), 1))
    async with engine_on(url, pipeline, actors=False) as door:
        job = await door.submit(ResearchRequest(query="q"), tenant=DEFAULT_TENANT)
    async with engine_on(url, pipeline):
        with crowd_on(port, f"/jobs/{job.job_id}/events") as crowd:
            await asyncio.to_thread(crowd.join)
            listening.set()
            await asyncio.to_thread(crowd.stay)
    seconds = [taken for client in crowd.clients.values() for taken in client.seconds()]
    if len(seconds) != CLIENTS * EVENTS:
        raise RuntimeError(f"{len(seconds)} deliveries instead of {CLIENTS * EVENTS}")
    return seconds
