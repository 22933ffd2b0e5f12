import pytest


async def test_a_bucket_gives_its_burst_then_makes_wait(bench):
    async def take(name="k") -> float:
        return await bench.store.buckets.take(name, per_second=0.1, burst=3)

    assert [await take() for _ in range(3)] == [0, 0, 0]
    assert 0 < await take() <= 10
    assert await take("other") == 0


async def test_a_bucket_has_its_next_token_after_the_wait_it_told(bench):
    async def take() -> float:
        return await bench.store.buckets.take("k", per_second=50, burst=1)

    assert await take() == 0
    wait = await take()
    assert wait <= 0.02
    await bench.elapse(wait or 0.02)
    assert await take() == 0


async def test_a_refused_take_costs_nothing(bench):
    assert await bench.store.buckets.take("k", per_second=0.1, burst=1) == 0
    first = await bench.store.buckets.take("k", per_second=0.1, burst=1)
    second = await bench.store.buckets.take("k", per_second=0.1, burst=1)
    assert 0 < second <= first


async def test_places_in_a_line_are_one_interval_apart(bench):
    waits = [await bench.store.buckets.reserve("host", interval_seconds=50) for _ in range(3)]
    assert waits == pytest.approx([0, 50, 100], abs=5)
