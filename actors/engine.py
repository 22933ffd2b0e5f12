"""The door: everything that an edge, a command or a test may ask of the engine."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import uuid_utils

from actors.config import EngineConfig
from actors.domain.documents import Match
from actors.domain.errors import EngineFailedError, JobActiveError, TransientError
from actors.domain.estimate import PlanEstimate
from actors.domain.events import Event
from actors.domain.health import ActorsHealth, Health
from actors.domain.job import Job, JobStatus, ResearchRequest
from actors.looking import distinct, look
from actors.loops import chosen, loops, tell_log
from actors.pipeline import stages
from actors.planning import check, estimate
from actors.reports import Reports
from actors.runtime.interpreter import collect, favour_the_loop
from actors.runtime.lease import LeaseKeeper
from actors.runtime.supervisor import Supervisor
from actors.services.fetch.corpus import corpus_files
from actors.services.report.evidence import verify_bundle as verify_evidence
from actors.stages.base import Stage
from actors.store.ports import Tail
from actors.tiers import Opened, open_store
from actors.wiring import Outside, open_services

__all__ = ["Engine", "corpus_files", "favour_the_loop", "open_engine", "verify_evidence"]

LOOK_SECONDS = 2.0
"""How often a quiet job is looked at, whatever the tail of all events shows."""

PAGE = 500
"""The most events that are read from a log at once."""

REPEATED = 4
"""How many passages are looked at for each that is told: several jobs may have collected the same."""

LOCAL_TENANT = "local"
DRAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Engine:
    """An open engine; every method that asks the store may raise `StoreUnavailableError`."""

    reports: Reports
    _opened: Opened
    _outside: Outside
    _supervisor: Supervisor
    _keeper: LeaseKeeper
    _order: tuple[str, ...]
    _works_on: tuple[str, ...]
    _warming: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether no supervised loop has been given up."""
        return self._supervisor.healthy

    async def failed(self) -> None:
        """Until the engine has given up; `healthy` is False then."""
        await self._supervisor.failed()

    @property
    def degraded(self) -> tuple[str, ...]:
        """Why the engine works with less than it was asked for; empty when it does not."""
        return tuple(filter(None, (self._opened.degraded, self._outside.degraded)))

    @property
    def tier(self) -> str:
        """Where jobs are kept: memory, embedded or redis."""
        return self._opened.store.tier

    @property
    def providers(self) -> tuple[str, ...]:
        """The search providers that a request may name."""
        return tuple(sorted((*self._outside.providers, "urls")))

    async def submit(self, request: ResearchRequest, *, tenant: str = LOCAL_TENANT) -> Job:
        """Take in a job.

        Raises:
            RequestError: it names a search provider that is not set up, or a budget that cannot be kept.
            OverloadedError: too many jobs wait already.
        """
        check(request, self._outside)
        job = await self._opened.store.jobs.submit(str(uuid_utils.uuid7()), tenant, request)
        if self._works_on and not self._warming:
            self._warming.append(asyncio.create_task(self._outside.warm()))
        return job

    async def plan(self, request: ResearchRequest, *, tenant: str = LOCAL_TENANT) -> PlanEstimate:
        """What would be done for this request, and what it would cost at most; only the plan itself is paid.

        Raises:
            RequestError: as for `submit`.
        """
        check(request, self._outside)
        return await estimate(request, tenant, self._outside)

    async def close(self) -> None:
        """Give up what was only made ready; `open_engine` calls it."""
        for task in self._warming:
            task.cancel()
        await asyncio.gather(*self._warming, return_exceptions=True)

    async def job(self, job_id: str) -> Job:
        """The job as it stands, or `JobNotFoundError`."""
        return await self._opened.store.jobs.get(job_id)

    async def jobs(self, *, tenant: str = LOCAL_TENANT, status: JobStatus | None = None, limit: int = 50) -> list[Job]:
        """The tenant's jobs, newest first."""
        return await self._opened.store.jobs.of_tenant(tenant, status=status, limit=limit)

    def progress(self, job: Job) -> float:
        """How many of the stages are done, from 0 to 1."""
        if job.status.terminal:
            return 1.0
        return round(self._order.index(job.stage) / len(self._order), 2) if job.stage in self._order else 0.0

    async def cancel(self, job_id: str) -> Job:
        """End the job now, or `JobNotFoundError`; a terminal one stays as it is."""
        return await self._opened.store.jobs.cancel(job_id)

    async def delete(self, job_id: str) -> None:
        """Forget a terminal job: its passages, its files, and then the job with its events.

        Raises:
            JobNotFoundError: there is none.
            JobActiveError: it is not terminal.
        """
        job = await self._opened.store.jobs.get(job_id)
        if not job.status.terminal:
            raise JobActiveError(f"job {job_id} is {job.status}: only a job that has ended can be deleted")
        await self._outside.vectors.delete(job.tenant, job_id)
        await self.reports.delete(job_id)
        await self._opened.store.jobs.delete(job_id)

    async def events(self, job_id: str, *, after: int = 0) -> AsyncGenerator[Event, None]:
        """The job's log above number `after`, then live, each number once; ends after the terminal event.

        Once it has begun, an outage of the store only delays it.

        Raises:
            StoreUnavailableError: the store does not answer at the start.
            JobNotFoundError: there is no such job, or no longer.
            EngineFailedError: the engine has given up; the job will not go on here.
        """
        async with aclosing(self.batches(job_id, after=after)) as batches:
            async for batch in batches:
                for event in batch:
                    yield event

    async def batches(self, job_id: str, *, after: int = 0) -> AsyncGenerator[list[Event], None]:
        """The same as `events`, as many at once as there are: never an empty list."""
        store = self._opened.store
        async with store.events.subscribe(job_id) as tail:
            job = await store.jobs.get(job_id)
            while True:
                batch = await self._page(job, after)
                if not batch:
                    if job.status.terminal and after >= job.seq:
                        return
                    if not self.healthy:
                        raise EngineFailedError("the engine has failed")
                    batch = await _live(tail, after)
                while batch:
                    yield batch
                    after = batch[-1].seq
                    if batch[-1].type.terminal:
                        return
                    batch = await self._page(job, after) or await _live(tail, after)
                with suppress(TransientError):
                    job = await store.jobs.get(job_id)

    async def _page(self, job: Job, after: int) -> list[Event]:
        """What the job's own log has above `after`, if the job as it was seen last had more."""
        if job.seq > after:
            with suppress(TransientError):
                return await self._opened.store.events.read(job.job_id, after=after, limit=PAGE)
        return []

    async def search(self, query: str, *, tenant: str = LOCAL_TENANT, limit: int = 10) -> list[Match]:
        """The passages nearest in meaning to `query` among all that the tenant's jobs have collected, best first.

        What several jobs have collected of one text is told once.
        """
        vectors = await self._outside.embedder.embed([query])
        found = await self._outside.vectors.search(tenant, vectors[0], limit=limit * REPEATED)
        return distinct(found)[:limit]

    async def health(self) -> Health:
        """How this process is; never raises."""
        actors = ActorsHealth(stages=self._works_on, busy=self._keeper.busy, failed=self._supervisor.given_up)
        return await look(self._opened.store, self._outside.vectors, actors, self.degraded)


async def _live(tail: Tail, after: int, *, jitter: Callable[[], float] = random.random) -> list[Event]:
    """The next events; none when the log has to be asked: the next is missing, or none has come for a while."""
    found = await tail.some(seconds=LOOK_SECONDS * (1 + jitter() / 2))
    whole = found and found[0].seq == after + 1 and found[-1].seq == after + len(found)
    return found if whole else []


@asynccontextmanager
async def open_engine(
    config: EngineConfig,
    *,
    pipeline: Sequence[Stage] | None = None,
    actors: bool = True,
    drain_seconds: float = DRAIN_SECONDS,
) -> AsyncIterator[Engine]:
    """An engine at work: its actors (if there are to be any) take jobs until it is closed, which drains them.

    `pipeline` replaces the stages; the last one's artefact has to be a `Published`.

    Raises:
        ConfigError: a setting is wrong.
        StoreUnavailableError: the store cannot be reached.
    """
    pipeline = pipeline or stages(config)
    works_on = tuple(stage.name for stage in chosen(pipeline, config.engine.stages)) if actors else ()
    async with open_store(config, pipeline[0].name) as opened, open_services(config, opened.store) as outside:
        keeper = LeaseKeeper(opened.store.mailboxes, lease_seconds=config.engine.lease_seconds)
        children = loops(config.engine, pipeline, opened.store, outside.bind, keeper) if actors else {}
        children["collector"] = partial(collect, lambda: keeper.busy)
        supervisor = Supervisor(children, listener=tell_log)
        supervisor.start()
        reports = Reports(config.storage.reports, opened.store.jobs, pipeline, outside.pool)
        order = tuple(stage.name for stage in pipeline)
        engine = Engine(reports, opened, outside, supervisor, keeper, order, works_on)
        try:
            yield engine
        finally:
            await supervisor.drain(drain_seconds)
            await engine.close()
