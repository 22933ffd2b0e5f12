"""Two `Caching` over one store stand for two processes: all they share is the store."""

import asyncio

import pytest

from actors.store.caching import Caching


class Maker:
    """Counts its calls; answers once `go` is set."""

    def __init__(self, answer="made", error=None):
        self.calls, self.go, self.answer, self.error = 0, asyncio.Event(), answer, error

    async def __call__(self):
        self.calls += 1
        await self.go.wait()
        if self.error:
            raise self.error
        return self.answer

    async def under_way(self, calls=1):
        async with asyncio.timeout(5):
            while self.calls < calls:
                await asyncio.sleep(0)


@pytest.fixture
def process(bench):
    """`process()`: a cache as one process has it."""
    return lambda seconds=30.0: Caching(bench.store.cache, claim_seconds=seconds, sleep=sleeper(bench))


def sleeper(bench):
    async def sleep(seconds):
        await bench.elapse(min(seconds, 0.005))
        await asyncio.sleep(0.001)

    return sleep


def ask(caching, maker, key="a", kind=str, ttl_seconds=9.0):
    return asyncio.create_task(caching.get("pages", key, maker, kind, ttl_seconds=ttl_seconds))


async def test_a_value_is_made_once_and_kept_for_its_time(bench, process):
    maker = Maker({"a": [1, None, "é"]})
    maker.go.set()
    for _ in range(2):
        assert await ask(process(), maker, kind=dict) == maker.answer
    assert maker.calls == 1
    await ask(process(), maker, "b", kind=dict, ttl_seconds=0.01)
    await bench.elapse(0.03)
    await ask(process(), maker, "b", kind=dict)
    assert maker.calls == 3


async def test_equal_calls_of_two_processes_at_once_are_one(bench, process):
    maker, caches = Maker(), (process(), process())
    asked = [ask(cache, maker) for cache in caches for _ in range(3)]
    await maker.under_way()
    await asyncio.sleep(0.03)
    maker.go.set()
    assert await asyncio.gather(*asked) == ["made"] * 6
    assert maker.calls == 1
    assert await bench.store.cache.claim("pages", "a", seconds=9)


async def test_who_waits_takes_over_from_a_maker_that_has_died(bench, process):
    assert await bench.store.cache.claim("pages", "a", seconds=0.04)
    maker = Maker()
    maker.go.set()
    assert await ask(process(), maker) == "made"
    assert maker.calls == 1


async def test_who_waits_makes_the_value_itself_when_the_maker_failed(process):
    broken, maker = Maker(error=ValueError("no")), Maker()
    maker.go.set()
    first = ask(process(), broken)
    await broken.under_way()
    second = ask(process(), maker)
    broken.go.set()
    with pytest.raises(ValueError, match="no"):
        await first
    assert await second == "made"


async def test_a_kept_value_that_cannot_be_read_is_made_again(bench, process):
    maker = Maker()
    maker.go.set()
    for kept in (b"{", b"", b"7", b"\xff"):
        await bench.store.cache.set("pages", "a", kept, ttl_seconds=9)
        assert await ask(process(), maker) == "made"
    assert maker.calls == 4
    assert await bench.store.cache.get("pages", "a") == b'"made"'


async def test_a_value_that_two_processes_wait_for_is_missed_once(bench, process):
    maker = Maker()
    first = ask(process(), maker)
    await maker.under_way()
    second = ask(process(), maker)
    await asyncio.sleep(0.03)
    maker.go.set()
    await asyncio.gather(first, second)
    counted = (await bench.store.cache.counts())["pages"]
    assert (counted.hits, counted.misses) == (1, 1)
