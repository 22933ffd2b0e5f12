import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from actors.domain.job import Job, JobStatus, ResearchRequest
from actors.runtime.actor import Actor, Work
from actors.runtime.backoff import Backoff, RetryPolicy
from actors.runtime.lease import LeaseKeeper
from actors.runtime.notices import Notice
from actors.store.memory import memory_store
from actors.store.ports import Store
from actors.store.records import Advance, Delivery, Finish


@dataclass
class Rig:
    """One stage, `first`, over a memory store; waits cost no time, and every notice is kept."""

    store: Store
    keeper: LeaseKeeper
    notices: list[Notice] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [1_000.0])

    async def submit(self, job_id: str = "j1") -> Job:
        return await self.store.jobs.submit(job_id, "t", ResearchRequest(query="q"))

    async def status(self, job_id: str = "j1") -> JobStatus:
        return (await self.store.jobs.get(job_id)).status

    async def take(self, consumer: str, limit: int = 1) -> list[Delivery]:
        """Those first whose lease has ended."""
        boxes, asked = self.store.mailboxes, {"limit": limit, "lease_seconds": 30}
        left = await boxes.claim("first", consumer, **asked, suspects=limit)
        return left or await boxes.take("first", consumer, **asked, block_seconds=0)

    async def until(self, condition: Callable[[], bool], seconds: float = 2.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await self.store.mailboxes.wake()
                await asyncio.sleep(0.001)

    async def until_terminal(self, job_id: str = "j1") -> Job:
        async with asyncio.timeout(2):
            while not (job := await self.store.jobs.get(job_id)).status.terminal:
                await self.store.mailboxes.wake()
                await asyncio.sleep(0.001)
        return job

    @asynccontextmanager
    async def running(self, work: Work, **options: object) -> AsyncIterator[tuple[asyncio.Task[None], asyncio.Event]]:
        settings = {"policy": RetryPolicy(3, Backoff(0, 0)), "concurrency": 4, "deadline_seconds": 5.0, **options}
        actor = Actor(
            "first", work, self.store.mailboxes, self.keeper, consumer="c1", listener=self.notices.append, **settings
        )
        stop = asyncio.Event()
        task = asyncio.create_task(actor.run(stop))
        try:
            yield task, stop
        finally:
            stop.set()
            task.cancel()
            await asyncio.wait({task})


@pytest.fixture
def rig() -> Rig:
    now = [1_000.0]
    store = memory_store("first", clock=lambda: now[0])
    return Rig(store, LeaseKeeper(store.mailboxes, lease_seconds=30), now=now)


@pytest.fixture
def completed() -> Finish:
    return Finish(b"done", JobStatus.COMPLETED)


@pytest.fixture
def work_of() -> Callable[..., Work]:
    """Work that answers with, or raises, each of the given outcomes in turn; the last one for ever."""

    def make(*outcomes: Advance | Finish | BaseException) -> Work:
        left = list(outcomes)

        async def work(delivery: Delivery) -> Advance | Finish:
            outcome = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        return work

    return make
