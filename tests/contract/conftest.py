"""Every implementation of the store's ports, behind one fixture: to add one, write its opener and a line in STORES."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from actors.domain.events import EventType
from actors.domain.job import Job, ResearchRequest
from actors.store.memory import memory_store
from actors.store.ports import Delivery, Limits, Store

LEASE = 0.04


@dataclass
class Bench:
    """A store of two stages, `first` and `second`, and a way to let time pass by its own clock."""

    store: Store
    elapse: Callable[[float], Awaitable[None]]
    count: int = field(default=0)

    async def submit(self, job_id: str = "j1", tenant: str = "t") -> Job:
        return await self.store.jobs.submit(job_id, tenant, ResearchRequest(query=f"about {job_id}"))

    async def take(self, stage: str = "first", consumer: str = "c1", limit: int = 10) -> list[Delivery]:
        return await self.store.mailboxes.take(stage, consumer, limit=limit, lease_seconds=LEASE, block_seconds=0)

    async def take_one(self, stage: str = "first", consumer: str = "c1") -> Delivery:
        (delivery,) = await self.take(stage, consumer, limit=1)
        return delivery

    async def types(self, job_id: str = "j1") -> list[EventType]:
        return [event.type for event in await self.store.events.read(job_id)]


@asynccontextmanager
async def open_memory(limits: Limits) -> AsyncIterator[Bench]:
    now = [1_000.0]

    async def elapse(seconds: float) -> None:
        now[0] += seconds

    yield Bench(memory_store("first", limits, clock=lambda: now[0]), elapse)


STORES: dict[str, Callable[[Limits], AbstractAsyncContextManager[Bench]]] = {
    "memory": open_memory,
}


@pytest.fixture(params=STORES)
def open_bench(request: pytest.FixtureRequest) -> Callable[[Limits], AbstractAsyncContextManager[Bench]]:
    return STORES[request.param]


@pytest.fixture
async def bench(open_bench: Callable[[Limits], AbstractAsyncContextManager[Bench]]) -> AsyncIterator[Bench]:
    async with open_bench(Limits()) as bench:
        yield bench
