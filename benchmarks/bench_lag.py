"""Part `lag`: the longest that the event loop was held up while fifty jobs ran on the real pages of the example."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from actors.config import CorpusConfig, EngineConfig, FetchConfig, RedisConfig, SearchConfig, StorageConfig
from actors.domain.job import JobStatus, ResearchRequest
from actors.engine import Engine, open_engine
from actors.runtime.interpreter import favour_the_loop
from benchmarks.bench_latency import percentile
from benchmarks.bench_options import Options
from benchmarks.bench_server import running_server
from benchmarks.bench_table import Figure, Part, Verdict

CORPUS = Path(__file__).resolve().parent.parent / "examples" / "corpus"
JOBS = 50
TICK_SECONDS = 0.001
LONGEST_MS = 25.0
MOST_ROUNDS = 3
"""A round takes a minute or more."""

QUESTIONS = (
    "What did the Montreal Protocol achieve?",
    "When will the ozone layer recover?",
    "How was the ozone hole discovered?",
    "What does the Kigali Amendment regulate?",
    "Who won the Nobel Prize for work on ozone?",
)


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """How late a tick was, and the processor time of the loop's thread and of the whole process since the last one.

    Seconds. Where a long gap holds little work of this process, the machine gave the core to another.
    """

    late: float
    loop: float
    process: float


def measure(options: Options) -> Part:
    """Run the jobs on an empty store each round, with a ticker on the same loop."""
    rounds = min(options.rounds, MOST_ROUNDS)
    longest: list[Gap] = []
    p99, took = [], []
    with running_server(options.fsync) as server:
        for _ in range(rounds):
            server.flush()
            gaps, seconds = asyncio.run(_round(server.url))
            longest.append(max(gaps))
            p99.append(percentile([gap.late for gap in gaps], 99) * 1_000)
            took.append(seconds)
        settings = {"jobs": JOBS, "pages": len(list(CORPUS.iterdir())), "tick": "1 ms", "rounds": rounds}
        settings |= {"server": server.version, "kept with": server.settings}
    block = tuple(gap.late * 1_000 for gap in longest)
    figures = (
        Figure("longest block", "ms", block),
        Figure("of it: work of the loop's thread", "ms", tuple(gap.loop * 1_000 for gap in longest)),
        Figure("of it: work of the whole process", "ms", tuple(gap.process * 1_000 for gap in longest)),
        Figure("99% of the ticks late by", "ms", tuple(p99)),
        Figure("all jobs took", "s", tuple(took)),
    )
    verdict = Verdict("longest block in ms (median of the rounds)", LONGEST_MS, median(block), at_least=False)
    return Part("lag", "Loop: longest block while 50 jobs run on real pages", figures, (verdict,), settings)


@asynccontextmanager
async def _engine(url: str) -> AsyncIterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="crp-bench-") as folder:
        config = EngineConfig(
            storage=StorageConfig(data=Path(folder) / "data", reports=Path(folder) / "reports"),
            redis=RedisConfig(url=url, fallback=False),
            search=SearchConfig(providers=("corpus",), corpus=CorpusConfig(folder=CORPUS)),
            fetch=FetchConfig(),
        )
        async with open_engine(config) as engine:
            yield engine


async def _round(url: str) -> tuple[list[Gap], float]:
    """The gap before each tick, and how long all jobs took, in seconds."""
    gaps: list[Gap] = []
    async with _engine(url) as engine:
        favour_the_loop()
        ticking = asyncio.create_task(_tick(gaps))
        began = time.perf_counter()
        requests = [ResearchRequest(query=f"{QUESTIONS[n % len(QUESTIONS)]} ({n})") for n in range(JOBS)]
        jobs = await asyncio.gather(*map(engine.submit, requests))
        ended = await asyncio.gather(*(_end(engine, job.job_id) for job in jobs))
        seconds = time.perf_counter() - began
        ticking.cancel()
    if failed := [status for status in ended if status not in (JobStatus.COMPLETED, JobStatus.PARTIAL)]:
        raise RuntimeError(f"{len(failed)} of {JOBS} jobs {failed[0]}")
    return gaps, seconds


async def _end(engine: Engine, job_id: str) -> JobStatus:
    async for event in engine.events(job_id):
        if event.type.terminal:
            break
    return (await engine.job(job_id)).status


async def _tick(gaps: list[Gap]) -> None:
    last = time.perf_counter(), time.thread_time(), time.process_time()
    while True:
        await asyncio.sleep(TICK_SECONDS)
        now = time.perf_counter(), time.thread_time(), time.process_time()
        gaps.append(Gap(now[0] - last[0] - TICK_SECONDS, now[1] - last[1], now[2] - last[2]))
        last = now
