import asyncio

import pytest

from actors.runtime.backoff import Backoff
from actors.runtime.notices import ChildFailed, Unhealthy
from actors.runtime.supervisor import Intensity, Supervisor


def test_the_failure_count_halves_with_every_decay():
    intensity = Intensity(decay_seconds=10)
    assert [intensity.add(0), intensity.add(0), intensity.add(10), intensity.add(1_000)] == pytest.approx([1, 2, 2, 1])


def supervise(children, notices, **options):
    return Supervisor(children, listener=notices.append, backoff=Backoff(0, 0), **options)


async def test_a_child_that_fails_starts_again_and_its_sibling_never_notices():
    starts = {"bad": 0, "good": 0}

    async def bad(stop):
        starts["bad"] += 1
        if starts["bad"] < 3:
            raise OSError("away")
        await stop.wait()

    async def good(stop):
        starts["good"] += 1
        await stop.wait()

    notices = []
    supervisor = supervise({"bad": bad, "good": good}, notices)
    supervisor.start()
    async with asyncio.timeout(1):
        while starts["bad"] < 3:
            await asyncio.sleep(0)
    await supervisor.drain(1)
    assert starts == {"bad": 3, "good": 1}
    assert [type(notice) for notice in notices] == [ChildFailed, ChildFailed]
    assert supervisor.healthy


async def test_a_child_that_fails_too_often_makes_the_engine_unhealthy_and_stops_all():
    async def bad(stop):
        raise OSError("always")

    stopped = asyncio.Event()

    async def good(stop):
        await stop.wait()
        stopped.set()

    notices = []
    supervisor = supervise({"bad": bad, "good": good}, notices, max_intensity=3, clock=lambda: 0.0)
    supervisor.start()
    await asyncio.wait_for(supervisor.wait(), 1)
    assert stopped.is_set()
    assert not supervisor.healthy
    assert isinstance(notices[-1], Unhealthy)
    assert len(notices) == 4


async def test_rare_failures_never_add_up():
    now = [0.0]
    starts = 0

    async def bad(stop):
        nonlocal starts
        starts += 1
        now[0] += 60
        if starts == 50:
            await stop.wait()
            return
        raise OSError("rare")

    supervisor = supervise({"bad": bad}, [], max_intensity=3, decay_seconds=30, clock=lambda: now[0])
    supervisor.start()
    async with asyncio.timeout(1):
        while starts < 50:
            await asyncio.sleep(0)
    assert supervisor.healthy
    await supervisor.drain(1)


async def test_waits_between_restarts_grow():
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    async def bad(stop):
        raise OSError("always")

    supervisor = Supervisor(
        {"bad": bad},
        listener=lambda notice: None,
        backoff=Backoff(1, 60),
        max_intensity=4,
        clock=lambda: 0.0,
        sleep=sleep,
        jitter=lambda: 0.0,
    )
    supervisor.start()
    await asyncio.wait_for(supervisor.wait(), 1)
    assert slept == [1, 2, 4, 8]


async def test_a_drain_waits_its_time_and_then_cancels():
    cancelled = asyncio.Event()

    async def deaf(stop):
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    supervisor = supervise({"deaf": deaf}, [])
    supervisor.start()
    await asyncio.sleep(0)
    await supervisor.drain(0.01)
    assert cancelled.is_set()


async def test_a_child_that_ends_without_being_asked_to_starts_again():
    starts = 0

    async def short(stop):
        nonlocal starts
        starts += 1
        if starts == 3:
            await stop.wait()

    notices = []
    supervisor = supervise({"short": short}, notices)
    supervisor.start()
    async with asyncio.timeout(1):
        while starts < 3:
            await asyncio.sleep(0)
    await supervisor.drain(1)
    assert [type(notice) for notice in notices] == [ChildFailed, ChildFailed]
