"""Every implementation of the store's ports, behind one fixture: to add one, write its opener and a line in STORES."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from fakeredis import FakeAsyncRedis, FakeRedis, FakeServer

from actors.domain.events import EventType
from actors.domain.job import Job, ResearchRequest
from actors.store.memory import memory_store
from actors.store.ports import Store
from actors.store.records import Delivery, Limits
from actors.store.redis import redis_store
from actors.store.redis.connect import Clients, connect

LEASE = 0.04


@dataclass
class Bench:
    """A store of two stages, `first` and `second`, and a way to let time pass by its own clock."""

    store: Store
    elapse: Callable[[float], Awaitable[None]]
    count: int = field(default=0)

    async def submit(self, job_id: str = "j1", tenant: str = "t") -> Job:
        return await self.store.jobs.submit(job_id, tenant, ResearchRequest(query=f"about {job_id}"))

    async def take(
        self, stage: str = "first", consumer: str = "c1", limit: int = 10, lease_seconds: float = LEASE
    ) -> list[Delivery]:
        """Those first whose lease has ended."""
        boxes, asked = self.store.mailboxes, {"lease_seconds": lease_seconds}
        left = await boxes.claim(stage, consumer, limit=limit, suspects=limit, **asked)
        room = limit - len(left)
        return left + (await boxes.take(stage, consumer, limit=room, block_seconds=0, **asked) if room else [])

    async def take_one(self, stage: str = "first", consumer: str = "c1") -> Delivery:
        (delivery,) = await self.take(stage, consumer, limit=1)
        return delivery

    async def types(self, job_id: str = "j1") -> list[EventType]:
        return [event.type for event in await self.store.events.read(job_id)]


Place = str | FakeServer | None


async def open_memory(limits: Limits, _place: Place) -> AsyncIterator[Bench]:
    now = [1_000.0]

    async def elapse(seconds: float) -> None:
        now[0] += seconds

    yield Bench(memory_store("first", limits, clock=lambda: now[0]), elapse)


async def open_fakeredis(limits: Limits, server: Place) -> AsyncIterator[Bench]:
    reading, commands = (FakeAsyncRedis(server=server, protocol=2) for _ in range(2))
    clients = Clients(reading, commands)
    store, _ = redis_store(clients, f"test-{uuid4()}", "first", limits, tier="redis")
    yield Bench(store, asyncio.sleep)
    await clients.close()


async def open_valkey(limits: Limits, url: Place) -> AsyncIterator[Bench]:
    """A store of its own on a server that other tests use too."""
    clients = await connect(url, connect_seconds=5)
    store, events = redis_store(clients, f"test-{uuid4()}", "first", limits, tier="redis")
    await events.start()
    following = asyncio.create_task(events.follow())
    yield Bench(store, asyncio.sleep)
    following.cancel()
    await asyncio.wait({following})
    await clients.close()


Opener = Callable[[Limits], AbstractAsyncContextManager[Bench]]

STORES: dict[str, Callable[[Limits, Place], AsyncIterator[Bench]]] = {
    "memory": open_memory,
    "fakeredis": open_fakeredis,
    "valkey": open_valkey,
}

WAITS = {"fakeredis": "its blocking reads answer at once, or mark what they do not hand out"}
"""Stores on which the tests of waiting (marker `waits`) are not run, and why."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "open_bench" in metafunc.fixturenames:
        waits = metafunc.definition.get_closest_marker("waits")
        metafunc.parametrize("store_name", [name for name in STORES if not (waits and name in WAITS)])


@pytest.fixture
def fake_server(watch_keys: Callable[[FakeRedis], None]) -> FakeServer:
    server = FakeServer()
    watch_keys(FakeRedis(server=server))
    return server


@pytest.fixture
def open_bench(store_name: str, redis_server: str, fake_server: FakeServer) -> Opener:
    place = {"fakeredis": fake_server, "valkey": redis_server}.get(store_name)
    return lambda limits: asynccontextmanager(STORES[store_name])(limits, place)


@pytest.fixture
async def bench(open_bench: Opener) -> AsyncIterator[Bench]:
    async with open_bench(Limits()) as bench:
        yield bench
