"""Clocks that jump by hours, the server's or a worker's, cost no job and no event, and keep nobody waiting."""

import time
from pathlib import Path

import pytest

from actors.config import RedisConfig
from actors.store.records import Limits
from actors.store.redis import open_redis_store
from benchmarks.chaos_processes import Server

HOURS = 5
LATER, EARLIER = f"+{HOURS}h", f"-{HOURS}h"
LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
IDLE_SECONDS = 1.0
COMMANDS_A_SECOND = 1_000
"""What a server may be asked while nothing can be done, those within scripts included."""

pytestmark = pytest.mark.skipif(not LIBRARY, reason="there is no libfaketime (Debian: apt install faketime)")


class Clock:
    """The clock on the wall of whoever is started with `command`; the monotonic one is left alone."""

    def __init__(self, file):
        self.file = file
        self.jump("+0")
        told = {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_NO_CACHE": 1}
        told |= {"FAKETIME_DONT_FAKE_MONOTONIC": 1, "DONT_FAKE_MONOTONIC": 1}
        self.command = ("env", *(f"{name}={value}" for name, value in told.items()))

    def jump(self, offset):
        """To so many hours from the true time."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(offset)
        draft.replace(self.file)


@pytest.fixture
def clock(short_folder):
    return Clock(short_folder / "clock")


@pytest.fixture
def worker_clock(short_folder):
    return Clock(short_folder / "worker.clock")


@pytest.fixture
def server(short_folder, clock):
    running = Server(short_folder, command=clock.command)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def jump(clock, client, until):
    """`await jump(offset)`: the server's clock; with `noted`, once a worker has noted what it said before."""

    async def to(offset, *, noted=False):
        await until(lambda: client.exists("crash:clock") or not noted)
        before = client.time()[0]
        clock.jump(offset)
        await until(lambda: abs(client.time()[0] - before) > 3_600)

    return to


@pytest.fixture
def calm(client, until):
    """`await calm()`: for a while the server is asked for little."""

    async def look():
        asked, began = client.info("stats")["total_commands_processed"], time.monotonic()
        await until(lambda: time.monotonic() > began + IDLE_SECONDS)
        spent = client.info("stats")["total_commands_processed"] - asked
        assert spent < COMMANDS_A_SECOND * (time.monotonic() - began)

    return look


@pytest.mark.parametrize("offset", [LATER, EARLIER])
async def test_jobs_at_work_complete_when_the_servers_clock_jumps(
    start, ask, completed, told_all, calm, go, jump, offset
):
    hosts = [await start("one"), await start("two")]
    jobs = [await ask("q search=wait") for _ in range(6)]
    for job_id in jobs:
        await told_all(job_id)
    await jump(offset)
    await calm()
    jobs += [await ask() for _ in range(3)]
    go()
    for job_id in jobs:
        await completed(job_id)
    assert [host.ended for host in hosts] == [None, None]


async def test_a_dead_workers_jobs_go_on_when_the_servers_clock_was_set_back(
    start, ask, completed, told_all, noted, go, jump
):
    one = await start("one")
    job_id = await ask("q search=wait")
    await told_all(job_id)
    two = await start("two")
    one.kill()
    await jump(EARLIER, noted=True)
    go()
    await completed(job_id)
    assert noted([two], "begin", job_id)


async def test_a_retry_is_made_soon_when_the_servers_clock_was_set_back(start, ask, followed, until, client, jump):
    await start(max_attempts=2)
    job_id = await ask("q search=raise")
    await until(lambda: client.zcard("crash:delayed"))
    await jump(EARLIER, noted=True)
    assert "given up after 2 attempts" in (await followed(job_id))[-1].data["error"]


async def test_nobody_waits_for_hours_for_a_turn_when_the_servers_clock_was_set_back(short_folder, url, jump):
    config = RedisConfig(url=url, prefix="crash")
    limits = Limits(max_running=1, max_pending=1, keep_artefacts_seconds=60, keep_jobs_seconds=60)
    async with open_redis_store(config, short_folder, "plan", limits) as store:
        assert await store.buckets.take("rate:somebody", per_second=1, burst=1) == 0
        assert await store.buckets.reserve("host:somewhere", interval_seconds=1) == 0
        await jump(EARLIER)
        assert await store.buckets.take("rate:somebody", per_second=1, burst=1) <= 1
        assert await store.buckets.reserve("host:somewhere", interval_seconds=1) <= 1


async def test_a_worker_whose_own_clock_jumps_does_not_notice(start, ask, completed, told_all, go, worker_clock):
    host = await start(command=worker_clock.command)
    for offset in (LATER, EARLIER, "+0"):
        waiting = await ask("q search=wait")
        await told_all(waiting)
        worker_clock.jump(offset)
        await completed(await ask())
        go()
        await completed(waiting)
    assert host.ended is None
    assert "WARNING" not in host.log
