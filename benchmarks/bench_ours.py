"""Our engine as a worker of the benchmark: the real store, actors and supervisor; only the six stages do nothing.

python benchmarks/bench_ours.py URL JOBS [CONCURRENCY]
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.config import EngineConfig, RedisConfig, RunConfig, StorageConfig
from actors.domain.analysis import Quality, Report
from actors.domain.artefacts import Plan, Published
from actors.domain.job import Job, JobStatus, Record, ResearchRequest
from actors.engine import Engine, open_engine
from actors.services.base import Services
from actors.stages.base import Artefacts, Stage

STEPS = 6
CONCURRENCY = 64
MAX_RUNNING = 1_000
SUBMIT_AT_ONCE = 100
POLL_SECONDS = 0.002


@dataclass(slots=True)
class Passes:
    """How often the first and the last stage ran, and when the first did."""

    began: float = 0.0
    ended: int = 0
    all_ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class NoOp:
    """A stage that does nothing; the last one publishes an empty report."""

    name: str
    passes: Passes
    jobs: int
    artefact: type[Record] = Plan

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Record:  # noqa: ARG002 (see `Stage`)
        """See `stages.Stage`."""
        if not self.passes.began:
            self.passes.began = time.perf_counter()
        if self.artefact is Plan:
            return Plan(questions=("q",))
        self.passes.ended += 1
        if self.passes.ended >= self.jobs:
            self.passes.all_ended.set()
        return empty_report(job)


def empty_report(job: Job) -> Published:
    """What the last stage leaves."""
    return Published(
        report=Report(
            job_id=job.job_id,
            query=job.request.query,
            status=JobStatus.COMPLETED,
            summary=(),
            findings=(),
            sources=(),
            passages=(),
            entities=(),
            relations=(),
            topics=(),
            sentiment=(),
            timeline=(),
            related=(),
            agreement=(),
            quality=Quality(citation_precision=0, citation_recall=0, cited_share=0),
            created_at="2026-01-01T00:00:00+00:00",
        )
    )


def no_op_stages(passes: Passes, jobs: int) -> tuple[Stage, ...]:
    """Six stages, `s1` to `s6`."""
    names = [f"s{place}" for place in range(1, STEPS + 1)]
    kinds = [Plan] * (STEPS - 1) + [Published]
    return tuple(NoOp(name, passes, jobs, kind) for name, kind in zip(names, kinds, strict=True))


@asynccontextmanager
async def engine_on(
    url: str, pipeline: Sequence[Stage], run: RunConfig | None = None, *, actors: bool = True
) -> AsyncIterator[Engine]:
    """An engine on the server at `url`, whose files go to a folder that is removed again."""
    with tempfile.TemporaryDirectory(prefix="crp-bench-") as folder:
        config = EngineConfig(
            storage=StorageConfig(data=Path(folder) / "data", reports=Path(folder) / "reports"),
            redis=RedisConfig(url=url, fallback=False),
            engine=run or RunConfig(),
        )
        async with open_engine(config, pipeline=pipeline, actors=actors) as engine:
            yield engine


async def submit_all(engine: Engine, jobs: int) -> list[Job]:
    """Submit this many jobs, a hundred at once."""
    taken: list[Job] = []
    for start in range(0, jobs, SUBMIT_AT_ONCE):
        count = min(SUBMIT_AT_ONCE, jobs - start)
        taken += await asyncio.gather(*(engine.submit(ResearchRequest(query="q")) for _ in range(count)))
    return taken


async def drain_jobs(
    url: str, jobs: int, concurrency: int = CONCURRENCY, *, measured: AbstractContextManager[object] | None = None
) -> float:
    """The seconds from the first stage's start until every job is completed in the store.

    The jobs wait in the store before the worker starts. Every one's log is checked afterwards. `measured` is around
    the work alone.
    """
    passes = Passes()
    pipeline = no_op_stages(passes, jobs)
    run = RunConfig(max_running=MAX_RUNNING, concurrency=concurrency)
    async with engine_on(url, pipeline, run, actors=False) as engine:
        submitted = await submit_all(engine, jobs)
    async with engine_on(url, pipeline, run) as engine:
        with measured or nullcontext():
            await all_completed(engine, passes)
        seconds = time.perf_counter() - passes.began
        await check(engine, submitted)
    return seconds


async def all_completed(engine: Engine, passes: Passes) -> None:
    """Until the store says so of all jobs; it is not asked before the last one has come to its last stage."""
    await passes.all_ended.wait()
    while await engine.jobs(status=JobStatus.RUNNING, limit=1):  # noqa: ASYNC110 (the store has no event for it)
        await asyncio.sleep(POLL_SECONDS)


async def check(engine: Engine, submitted: list[Job]) -> None:
    """Look that every job is completed, and that its log is whole.

    Raises:
        RuntimeError: one is not, so that its speed is worth nothing.
    """
    for job in submitted:
        numbers = [event.seq async for event in engine.events(job.job_id)]
        now = await engine.job(job.job_id)
        if now.status is not JobStatus.COMPLETED or numbers != list(range(1, len(numbers) + 1)) or now.seq < STEPS:
            raise RuntimeError(f"job {job.job_id} is {now.status} with the events {numbers}")


def main() -> None:
    """Print the seconds as JSON."""
    url, jobs, *rest = sys.argv[1:]
    seconds = asyncio.run(drain_jobs(url, int(jobs), *map(int, rest)))
    print(json.dumps({"seconds": seconds, "version": "this checkout"}))


if __name__ == "__main__":
    main()
