"""Part `latency`: from submit to the first stage's start when idle, beside a raw XADD that ends an XREADGROUP."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from redis.asyncio import Redis

from actors.domain.job import Job, Record, ResearchRequest
from actors.services.base import Services
from actors.stages.base import Artefacts, Stage
from benchmarks.bench_options import Options
from benchmarks.bench_ours import NoOp, Passes, engine_on, no_op_stages
from benchmarks.bench_server import running_server
from benchmarks.bench_table import Figure, Part, Verdict, ratios

SAMPLES = 200
IDLE_SECONDS = 0.005
P50_FACTOR, P99_FACTOR = 1.5, 5.0
STREAM, GROUP = "raw", "g"


@dataclass(frozen=True, slots=True)
class Stamped:
    """The first stage: notes when it starts."""

    within: NoOp
    started: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    @property
    def name(self) -> str:
        """See `stages.Stage`."""
        return self.within.name

    @property
    def artefact(self) -> type[Record]:
        """See `stages.Stage`."""
        return self.within.artefact

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Record:
        """See `stages.Stage`."""
        self.started.put_nowait(time.perf_counter())
        return await self.within.work(job, artefacts, services)


def measure(options: Options) -> Part:
    """Take samples of both in turn, on one event loop."""
    with running_server(options.fsync) as server:
        taken = asyncio.run(_rounds(server.url, options.rounds))
        settings: dict[str, Any] = {"samples a round": SAMPLES, "rounds": options.rounds}
        settings |= {"server": server.version, "kept with": server.settings}
    figures: list[Figure] = []
    verdicts = []
    for name, percent, factor in (("p50", 50, P50_FACTOR), ("p99", 99, P99_FACTOR)):
        floor, ours = (tuple(percentile(samples, percent) * 1_000 for samples in kind) for kind in taken)
        figures += [
            Figure(f"raw loop, {name}", "ms", floor, ratios(floor, floor)),
            Figure(f"ours, {name}", "ms", ours, ratios(ours, floor)),
        ]
        verdicts.append(Verdict(f"{name}, of the raw loop's", factor, median(figures[-1].ratios), at_least=False))
    return Part("latency", "Latency: submit to first stage started, idle", tuple(figures), tuple(verdicts), settings)


def percentile(samples: Sequence[float], percent: int) -> float:
    """The value that this share of the samples does not exceed."""
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


async def _rounds(url: str, rounds: int) -> tuple[list[list[float]], list[list[float]]]:
    raw, ours = [], []
    passes = Passes()
    pipeline = no_op_stages(passes, 0)
    first = pipeline[0]
    assert isinstance(first, NoOp)  # noqa: S101 (they all are)
    stamped = Stamped(first)
    stages: tuple[Stage, ...] = (stamped, *pipeline[1:])
    async with engine_on(url, stages) as engine:
        for _ in range(rounds + 1):
            raw.append(await _raw(url))
            samples = []
            for _ in range(SAMPLES):
                passes.all_ended.clear()
                began = time.perf_counter()
                await engine.submit(ResearchRequest(query="q"))
                samples.append(await stamped.started.get() - began)
                await passes.all_ended.wait()
                await asyncio.sleep(IDLE_SECONDS)
            ours.append(samples)
    return raw[1:], ours[1:]


async def _raw(url: str) -> list[float]:
    writer, reader = (Redis.from_url(url, protocol=2, socket_timeout=None) for _ in range(2))
    got: asyncio.Queue[float] = asyncio.Queue()

    async def read() -> None:
        while True:
            batches: Any = await reader.xreadgroup(GROUP, "c", {STREAM: ">"}, count=100, block=2_000)
            if batches:
                got.put_nowait(time.perf_counter())
                await reader.xack(STREAM, GROUP, *(entry for _, entries in batches for entry, _ in entries))

    await writer.delete(STREAM)
    await writer.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    reading = asyncio.create_task(read())
    samples = []
    try:
        for number in range(SAMPLES):
            await asyncio.sleep(IDLE_SECONDS)
            began = time.perf_counter()
            await writer.xadd(STREAM, {"job_id": number})
            samples.append(await got.get() - began)
    finally:
        reading.cancel()
        await asyncio.wait({reading})
        await writer.aclose()
        await reader.aclose()
    return samples
