"""What becomes of a job when its worker is killed, paused or stopped in the middle of a stage."""

import asyncio
import os
import signal
import time
from collections import Counter

from benchmarks.chaos_stages import ORDER

LEASE_SECONDS = 0.6
CALLS = 15
SLACK_SECONDS = 3.0
"""For a busy machine."""


async def test_a_killed_workers_job_goes_on_elsewhere_and_repeats_no_recorded_call(
    start, ask, told_all, completed, noted, go
):
    one = await start("one")
    job_id = await ask("q search=wait")
    await told_all(job_id)
    two = await start("two")
    one.kill()
    killed = time.monotonic()
    go()
    await completed(job_id)
    calls = Counter((line["stage"], line["number"]) for line in noted([one, two], "call", job_id))
    assert (len(calls), set(calls.values())) == (CALLS, {1})
    assert noted([two], "begin", job_id)[0]["at"] - killed < 1.5 * LEASE_SECONDS + SLACK_SECONDS


async def test_a_worker_killed_again_and_again_loses_nothing(start, ask, completed, noted):
    host = await start(max_attempts=100)
    jobs = [await ask() for _ in range(20)]
    for _ in range(3):
        host.kill()
        await asyncio.to_thread(host.start)
    for job_id in jobs:
        await completed(job_id)
    assert not [line for line in noted([host], "call") if line["known"]]


async def test_a_pool_process_killed_under_its_work_costs_an_attempt_and_the_job_goes_on(
    start, ask, until, completed, noted
):
    host = await start()
    job_id = await ask("q search=pool")
    await until(lambda: noted([host], "pool", job_id))
    os.kill(noted([host], "pool", job_id)[0]["pid"], signal.SIGKILL)
    await completed(job_id)
    assert "the process died under work_in_pool" in host.log


async def test_a_pool_process_killed_while_it_has_nothing_to_do_is_replaced(start, ask, completed, noted):
    host = await start()
    job_id = await ask("q search=pool")
    await completed(job_id)
    os.kill(noted([host], "pool", job_id)[0]["pid"], signal.SIGKILL)
    await completed(await ask("q search=pool"))


async def test_work_that_kills_its_pool_process_each_time_is_buried_and_others_go_on(
    start, ask, followed, completed, client
):
    await start(max_attempts=2)
    bad, good = await ask("q search=pool-dies"), await ask("q search=pool")
    assert "given up after 2 attempts" in (await followed(bad))[-1].data["error"]
    await completed(good)
    [(_, letter)] = client.xrange("crash:dead")
    assert (letter["job_id"], letter["stage"], letter["attempts"]) == (bad, "search", "2")
    assert "ProcessDiedError" in letter["traceback"]


async def test_a_stage_that_kills_its_worker_each_time_is_buried_and_others_go_on(
    start, ask, followed, completed, client, started_again
):
    host = await start(max_attempts=2)
    await completed(await ask())
    bad = await ask("q fetch=die")
    watching = asyncio.create_task(followed(bad))
    deaths = await started_again(host, watching)
    assert "the process died or was cut off" in (await watching)[-1].data["error"]
    assert deaths == 2
    await completed(await ask())
    [(_, letter)] = client.xrange("crash:dead")
    assert (letter["job_id"], letter["stage"]) == (bad, "fetch")


async def test_those_who_are_at_work_beside_a_stage_that_kills_its_worker_get_through(
    start, ask, followed, completed, started_again
):
    host = await start(max_attempts=4)
    good = [await ask("q fetch=linger") for _ in range(4)]
    bad = await ask("q fetch=die")
    assert await started_again(host, asyncio.create_task(followed(bad))) == 4
    for job_id in good:
        await completed(job_id)


async def test_a_stage_that_always_raises_is_buried_with_its_traceback(start, ask, followed, client):
    await start(max_attempts=1)
    job_id = await ask("q search=raise")
    assert "an internal error (ValueError)" in (await followed(job_id))[-1].data["error"]
    [(_, letter)] = client.xrange("crash:dead")
    assert "ValueError: a bug" in letter["traceback"]


async def test_a_stage_that_never_returns_is_cut_short_and_buried(start, ask, followed, completed, client):
    await start(max_attempts=1, stage_seconds=0.5)
    bad, good = await ask("q search=hang"), await ask()
    assert "given up after 1 attempts" in (await followed(bad))[-1].data["error"]
    await completed(good)
    [(_, letter)] = client.xrange("crash:dead")
    assert "not done within 0.5 s" in letter["traceback"]


async def test_a_worker_paused_beyond_its_lease_can_write_nothing_when_it_wakes_and_says_so(
    start, ask, told_all, until, completed, noted, go, client
):
    one = await start("one")
    job_id = await ask("q search=wait")
    await told_all(job_id)
    one.pause()
    two = await start("two")
    await until(lambda: noted([two], "begin", job_id))
    before = client.xlen(f"crash:job:{job_id}:events")
    one.go_on()
    await until(lambda: f"search:0 of {job_id} was taken away" in one.log)
    assert client.xlen(f"crash:job:{job_id}:events") == before
    go()
    await completed(job_id)
    assert {line["pid"] for line in noted([one, two], "begin", job_id) if line["stage"] in ("plan", "search")} == {
        one.process.pid,
        two.process.pid,
    }
    made = [name for name in client.hkeys(f"crash:job:{job_id}:artefacts") if not name.endswith(":by")]
    assert sorted(made) == sorted(f"{stage}:0" for stage in ORDER)


async def test_a_worker_that_finishes_while_it_is_cut_off_by_a_pause_is_too_late(
    start, ask, told_all, until, completed, noted, go, client
):
    """The stage ends at the very moment of waking, before any lease could be found lost."""
    one = await start("one", stages=["plan", "search"])
    job_id = await ask("q search=wait")
    await told_all(job_id)
    one.pause()
    go()
    two = await start("two")
    await completed(job_id)
    log = client.xrange(f"crash:job:{job_id}:events")
    one.go_on()
    await until(lambda: f"search:0 of {job_id} was taken away" in one.log)
    assert client.xrange(f"crash:job:{job_id}:events") == log
    assert noted([two], "begin", job_id)[0]["stage"] == "search"


async def test_an_orderly_stop_hands_its_work_back_at_once(start, ask, told_all, until, completed, noted, go):
    one = await start("one", drain_seconds=0.05, lease_seconds=30)
    job_id = await ask("q search=wait")
    await told_all(job_id)
    two = await start("two", lease_seconds=30)
    assert await asyncio.to_thread(one.stop) == 0
    await until(lambda: noted([two], "begin", job_id), seconds=10)
    go()
    await completed(job_id)
