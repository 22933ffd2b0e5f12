from dataclasses import replace

import pytest


async def fail(bench, times, name="search:brave", most=3, pause_seconds=0.04):
    for _ in range(times):
        await bench.store.breakers.failed(name, most=most, pause_seconds=pause_seconds)


async def test_what_has_never_failed_or_not_often_may_be_tried(bench):
    assert await bench.store.breakers.wait("search:brave") == 0
    await fail(bench, 2)
    assert await bench.store.breakers.wait("search:brave") == 0


async def test_after_enough_failures_in_a_row_all_wait_for_the_pause(bench):
    await fail(bench, 3, pause_seconds=60)
    assert [await bench.store.breakers.wait("search:brave") for _ in range(2)] == pytest.approx([60, 60], abs=5)
    assert await bench.store.breakers.wait("search:google") == 0


async def test_a_success_starts_the_count_anew_and_ends_a_pause(bench):
    await fail(bench, 2, pause_seconds=9)
    await bench.store.breakers.worked("search:brave")
    await fail(bench, 2, pause_seconds=9)
    assert await bench.store.breakers.wait("search:brave") == 0
    await fail(bench, 1, pause_seconds=9)
    assert await bench.store.breakers.wait("search:brave") > 0
    await bench.store.breakers.worked("search:brave")
    assert await bench.store.breakers.wait("search:brave") == 0


async def test_after_a_pause_one_caller_at_a_time_tries(bench):
    await fail(bench, 3)
    await bench.elapse(0.05)
    first, *others = [await bench.store.breakers.wait("search:brave") for _ in range(3)]
    assert first == 0
    assert all(0 < wait <= 10 for wait in others)


async def test_one_more_failure_after_a_pause_is_a_pause_again_and_one_success_the_end_of_it(bench):
    await fail(bench, 3)
    await bench.elapse(0.05)
    assert await bench.store.breakers.wait("search:brave") == 0
    await fail(bench, 1, pause_seconds=60)
    assert 10 < await bench.store.breakers.wait("search:brave") <= 60
    await bench.store.breakers.worked("search:brave")
    assert [await bench.store.breakers.wait("search:brave") for _ in range(2)] == [0, 0]


async def test_who_tries_and_never_tells_how_it_went_keeps_others_off_for_a_while_only(bench):
    breakers = replace(bench.store.breakers, try_seconds=0.04)
    await fail(bench, 3, pause_seconds=0.01)
    await bench.elapse(0.02)
    assert await breakers.wait("search:brave") == 0
    await bench.elapse(0.05)
    assert await breakers.wait("search:brave") == 0
