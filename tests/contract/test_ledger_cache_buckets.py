import pytest

from actors.domain.errors import JobNotFoundError


async def test_the_first_answer_recorded_wins(bench):
    await bench.submit()
    assert await bench.store.ledger.get("j1", "request") is None
    assert await bench.store.ledger.put("j1", "request", b"first") == b"first"
    assert await bench.store.ledger.put("j1", "request", b"second") == b"first"
    assert await bench.store.ledger.get("j1", "request") == b"first"


async def test_ledgers_of_jobs_are_separate_and_need_a_job(bench):
    await bench.submit("j1")
    await bench.submit("j2")
    await bench.store.ledger.put("j1", "request", b"answer")
    assert await bench.store.ledger.get("j2", "request") is None
    with pytest.raises(JobNotFoundError):
        await bench.store.ledger.put("nobody", "request", b"answer")


async def test_a_cached_value_lives_for_its_time(bench):
    await bench.store.cache.set("pages", "a", b"\x00value", ttl_seconds=0.04)
    assert await bench.store.cache.get("pages", "a") == b"\x00value"
    await bench.elapse(0.05)
    assert await bench.store.cache.get("pages", "a") is None


async def test_clearing_a_namespace_leaves_the_others(bench):
    for namespace in ("pages", "robots"):
        for key in ("a", "b"):
            await bench.store.cache.set(namespace, key, b"x", ttl_seconds=9)
    assert await bench.store.cache.clear("pages") == 2
    assert await bench.store.cache.get("pages", "a") is None
    assert await bench.store.cache.get("robots", "a") == b"x"


async def test_a_bucket_gives_its_burst_then_its_rate(bench):
    async def take() -> float:
        return await bench.store.buckets.take("k", per_second=50, burst=3)

    assert [await take() for _ in range(3)] == [0, 0, 0]
    wait = await take()
    assert 0 < wait <= 0.02
    await bench.elapse(wait)
    assert await take() == 0
    assert await bench.store.buckets.take("other", per_second=50, burst=1) == 0


async def test_a_refused_take_costs_nothing(bench):
    await bench.store.buckets.take("k", per_second=50, burst=1)
    first = await bench.store.buckets.take("k", per_second=50, burst=1)
    second = await bench.store.buckets.take("k", per_second=50, burst=1)
    assert second <= first


async def test_places_in_a_line_are_one_interval_apart(bench):
    waits = [await bench.store.buckets.reserve("host", interval_seconds=5) for _ in range(3)]
    assert waits == pytest.approx([0, 5, 10], abs=0.1)
