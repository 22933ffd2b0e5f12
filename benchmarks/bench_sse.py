"""Part `sse`: how long an event takes from its worker to a thousand clients that follow the same job on one process."""

import asyncio
import re
import time
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


@dataclass(slots=True)
class Crowd:
    """What all clients together have got; `seconds` is one number an event and client."""

    clients: int
    connected: int = 0
    ended: int = 0
    seconds: list[float] = field(default_factory=list)
    all_connected: asyncio.Event = field(default_factory=asyncio.Event)
    all_ended: asyncio.Event = field(default_factory=asyncio.Event)


class Client(asyncio.Protocol):
    """Follows the job and notes when each event comes."""

    def __init__(self, crowd: Crowd, path: str) -> None:
        self._crowd = crowd
        self._path = path
        self._rest = b""
        self._known = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the events."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (TCP gives one)
        head = "Host: localhost\r\nAccept: text/event-stream\r\nConnection: close"
        transport.write(f"GET {self._path} HTTP/1.1\r\n{head}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Take the events whose frames are whole."""
        now = time.perf_counter()
        if not self._known:
            self._known = True
            if not data.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(data.decode(errors="replace"))
            self._crowd.connected += 1
            if self._crowd.connected == self._crowd.clients:
                self._crowd.all_connected.set()
        whole, _, self._rest = (self._rest + data).rpartition(b"\n\n")
        self._crowd.seconds += [now - float(sent) for sent in SENT.findall(whole)]

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        """The stream ends with the job."""
        self._crowd.ended += 1
        if self._crowd.ended == self._crowd.clients:
            self._crowd.all_ended.set()


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
    crowd, listening = Crowd(CLIENTS), asyncio.Event()
    pipeline = (Telling(listening), *no_op_stages(Passes(), 1))
    async with engine_on(url, pipeline, actors=False) as door:
        job = await door.submit(ResearchRequest(query="q"), tenant=DEFAULT_TENANT)
    async with engine_on(url, pipeline), asyncio.timeout(PATIENCE_SECONDS):
        loop = asyncio.get_running_loop()
        for _ in range(CLIENTS):
            await loop.create_connection(lambda: Client(crowd, f"/jobs/{job.job_id}/events"), "127.0.0.1", port)
        await crowd.all_connected.wait()
        await asyncio.sleep(GAP_SECONDS)
        listening.set()
        await crowd.all_ended.wait()
    if len(crowd.seconds) != CLIENTS * EVENTS:
        raise RuntimeError(f"{len(crowd.seconds)} deliveries instead of {CLIENTS * EVENTS}")
    return crowd.seconds
