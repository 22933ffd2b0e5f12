"""The door: everything that an edge, a command or a test may ask of the engine."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uuid_utils

from actors.config import EngineConfig, RunConfig
from actors.domain.documents import Match
from actors.domain.errors import EngineFailedError
from actors.domain.events import Event, EventType
from actors.domain.job import Job, ResearchRequest
from actors.pipeline import stages
from actors.runtime.actor import Actor
from actors.runtime.backoff import RetryPolicy
from actors.runtime.lease import LeaseKeeper
from actors.runtime.notices import ChildFailed, JobFailed, LeaseLost, Notice, StageRetried, Unhealthy
from actors.runtime.pause import pause
from actors.runtime.supervisor import Child, Supervisor
from actors.services.fetch.corpus import corpus_files
from actors.services.report.evidence import verify_bundle as verify_evidence
from actors.stages.base import Stage
from actors.store.memory import memory_store
from actors.store.ports import Events, Limits, Mailboxes, Store
from actors.wiring import Outside, open_services
from actors.work import StageWork

__all__ = ["Engine", "corpus_files", "open_engine", "verify_evidence"]

WAKE_SECONDS = 1.0
"""How often due retries are looked for."""

LOOK_SECONDS = 2.0
"""How often a job's own log is looked at, whatever the tail of all events shows."""

LOCAL_TENANT = "local"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """An open engine. `reports` is the folder that holds a folder a job."""

    reports: Path
    _store: Store
    _outside: Outside
    _supervisor: Supervisor
    _warming: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether no supervised loop has been given up."""
        return self._supervisor.healthy

    async def submit(self, request: ResearchRequest, *, tenant: str = LOCAL_TENANT) -> Job:
        """Take in a job.

        Raises:
            OverloadedError: too many jobs wait already.
        """
        if not self._warming:
            self._warming.append(asyncio.create_task(self._outside.warm()))
        return await self._store.jobs.submit(str(uuid_utils.uuid7()), tenant, request)

    async def close(self) -> None:
        """Give up what was only made ready; `open_engine` calls it."""
        for task in self._warming:
            task.cancel()
        await asyncio.gather(*self._warming, return_exceptions=True)

    async def job(self, job_id: str) -> Job:
        """The job as it stands, or `JobNotFoundError`."""
        return await self._store.jobs.get(job_id)

    async def cancel(self, job_id: str) -> Job:
        """End the job now, or `JobNotFoundError`; a terminal one stays as it is."""
        return await self._store.jobs.cancel(job_id)

    async def events(self, job_id: str, *, after: int = 0) -> AsyncIterator[Event]:
        """The job's log above number `after`, then live, each number once; ends after the terminal event.

        Raises:
            JobNotFoundError: there is no such job.
            EngineFailedError: the engine has given up; the job will not go on here.
        """
        async with self._store.events.subscribe() as tail:
            job = await self._store.jobs.get(job_id)
            while True:
                page = await self._store.events.read(job_id, after=after)
                for event in page:
                    yield event
                    after = event.seq
                    if event.type.terminal:
                        return
                if page:
                    continue
                if after >= job.seq and job.status.terminal:
                    return
                if not self.healthy:
                    raise EngineFailedError("the engine has failed")
                await _news(tail, job_id, after)

    async def search(self, query: str, *, tenant: str = LOCAL_TENANT, limit: int = 10) -> list[Match]:
        """The passages nearest in meaning to `query` among all that the tenant's jobs have collected, best first."""
        vectors = await self._outside.embedder.embed([query])
        return await self._outside.vectors.search(tenant, vectors[0], limit=limit)


@asynccontextmanager
async def open_engine(config: EngineConfig, *, pipeline: Sequence[Stage] | None = None) -> AsyncIterator[Engine]:
    """An engine at work: its actors take jobs until it is closed, which drains them.

    `pipeline` replaces the stages; the last one's artefact has to be a `Published`.
    """
    run, pipeline = config.engine, pipeline or stages(config)
    limits = Limits(
        max_running=run.max_running,
        max_pending=run.max_pending,
        keep_artefacts_seconds=run.keep_artefacts_seconds,
        keep_jobs_seconds=run.keep_jobs_seconds,
    )
    store = memory_store(pipeline[0].name, limits)
    async with open_services(config, store) as outside:
        supervisor = Supervisor(_children(run, pipeline, store, outside), listener=tell_log)
        supervisor.start()
        engine = Engine(config.storage.reports, store, outside, supervisor)
        try:
            yield engine
        finally:
            await supervisor.drain(run.drain_seconds)
            await engine.close()


def _children(run: RunConfig, pipeline: Sequence[Stage], store: Store, outside: Outside) -> dict[str, Child]:
    """The loops of one process: an actor a stage, and what they share."""
    keeper = LeaseKeeper(store.mailboxes, lease_seconds=run.lease_seconds)
    children: dict[str, Child] = {
        "leases": keeper.run,
        "wake": partial(_wake, store.mailboxes),
        "cancellations": partial(_revoke_cancelled, store.events, keeper),
    }
    for stage in pipeline:
        actor = Actor(
            stage.name,
            StageWork(stage, pipeline, store, outside.bind),
            store.mailboxes,
            keeper,
            consumer=f"{socket.gethostname()}:{os.getpid()}",
            listener=tell_log,
            policy=RetryPolicy(max_attempts=run.max_attempts),
            concurrency=run.concurrency,
            deadline_seconds=run.stage_seconds,
        )
        children[stage.name] = actor.run
    return children


async def _news(tail: AsyncIterator[Event], job_id: str, after: int) -> None:
    """Until the tail shows something new of this job, or a while has passed: a full tail may have lost it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            async for event in tail:
                if event.job_id == job_id and event.seq > after:
                    return


async def _wake(mailboxes: Mailboxes, stop: asyncio.Event) -> None:
    while await pause(stop, WAKE_SECONDS):
        await mailboxes.wake()


async def _revoke_cancelled(events: Events, keeper: LeaseKeeper, stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        async with events.subscribe() as tail:
            while not stop.is_set():
                coming = asyncio.ensure_future(anext(tail))
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                elif (event := coming.result()).type is EventType.CANCELLED:
                    keeper.revoke(event.job_id)
    finally:
        stopping.cancel()


def tell_log(notice: Notice) -> None:
    """What the runtime reports, in the log's words."""
    match notice:
        case StageRetried(delivery, error, delay):
            log.warning("%s of %s failed, again in %.1f s: %s", delivery.key, delivery.job_id, delay, error)
        case JobFailed(delivery, reason, error):
            log.error("%s of %s failed for good: %s", delivery.key, delivery.job_id, reason, exc_info=error)
        case LeaseLost(delivery):
            log.warning("%s of %s was taken away: nothing of it was written", delivery.key, delivery.job_id)
        case ChildFailed(child, error, delay):
            log.error("%s failed, starts again in %.1f s", child, delay, exc_info=error)
        case Unhealthy(child, error):
            log.critical("%s failed too often: the engine stops", child, exc_info=error)
