import asyncio

from actors.domain.errors import JobDamagedError, PermanentError, StoreUnavailableError, TransientError
from actors.domain.job import JobStatus
from actors.runtime.actor import HAND_BACK_SECONDS, OUTAGE
from actors.runtime.notices import JobFailed, LeaseLost, StageRetried


async def test_a_delivery_is_worked_and_its_step_carried_out(rig, work_of, completed):
    await rig.submit()
    async with rig.running(work_of(completed)):
        assert (await rig.until_terminal()).status is JobStatus.COMPLETED
    assert await rig.store.jobs.artefacts("j1") == {"first:0": b"done"}


async def test_a_passing_failure_is_retried_and_told(rig, work_of, completed):
    await rig.submit()
    async with rig.running(work_of(TransientError("away"), completed)):
        assert (await rig.until_terminal()).status is JobStatus.COMPLETED
    assert [type(notice) for notice in rig.notices] == [StageRetried]


async def test_a_permanent_failure_fails_the_job_at_once_with_its_message(rig, work_of):
    await rig.submit()
    async with rig.running(work_of(PermanentError("name a folder"))):
        job = await rig.until_terminal()
    assert (job.status, job.error) == (JobStatus.FAILED, "name a folder")
    assert await rig.store.jobs.dead_letters() == []


async def test_a_bug_is_tried_so_often_and_then_buried_while_other_jobs_go_on(rig, completed):
    await rig.submit("bad")
    await rig.submit("good")

    async def work(delivery):
        if delivery.job_id == "bad":
            raise KeyError("a bug")
        return completed

    async with rig.running(work):
        assert (await rig.until_terminal("bad")).status is JobStatus.FAILED
        assert (await rig.until_terminal("good")).status is JobStatus.COMPLETED
    (letter,) = await rig.store.jobs.dead_letters()
    assert (letter.job_id, letter.attempts) == ("bad", 3)
    assert "KeyError: 'a bug'" in letter.traceback
    assert isinstance(rig.notices[-1], JobFailed)


async def test_work_that_never_returns_is_stopped_at_its_deadline(rig):
    await rig.submit()

    async def work(delivery):
        await asyncio.Event().wait()

    async with rig.running(work, deadline_seconds=0.01):
        job = await rig.until_terminal()
    assert job.error == "given up after 3 attempts: an internal error (TimeoutError)"


async def test_a_delivery_handed_out_too_often_is_failed_without_running_it(rig, work_of, completed):
    await rig.submit()
    for _ in range(3):
        await rig.take("dying")
        rig.now[0] += 31
    ran = []

    async def work(delivery):
        ran.append(delivery)
        return completed

    async with rig.running(work):
        job = await rig.until_terminal()
    assert job.status is JobStatus.FAILED
    assert not ran


async def test_no_more_is_worked_at_once_than_the_concurrency(rig, completed):
    for number in range(9):
        await rig.submit(f"j{number}")
    at_work, most = 0, 0
    go_on = asyncio.Event()

    async def work(delivery):
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await go_on.wait()
        at_work -= 1
        return completed

    async with rig.running(work):
        await rig.until(lambda: at_work == 4)
        go_on.set()
        for number in range(9):
            await rig.until_terminal(f"j{number}")
    assert most == 4


async def test_a_full_actor_takes_nothing_more(rig, completed):
    for number in range(6):
        await rig.submit(f"j{number}")
    started = []

    async def work(delivery):
        started.append(delivery.job_id)
        await asyncio.Event().wait()

    async with rig.running(work):
        await rig.until(lambda: len(started) == 4)
        taken = await rig.take("c2", limit=9)
    assert [delivery.job_id for delivery in taken] == ["j4", "j5"]


async def test_a_stop_lets_work_at_hand_finish_and_takes_no_more(rig, completed):
    await rig.submit()
    go_on, started = asyncio.Event(), asyncio.Event()

    async def work(delivery):
        started.set()
        await go_on.wait()
        return completed

    async with rig.running(work) as (task, stop):
        await started.wait()
        stop.set()
        await rig.submit("late")
        go_on.set()
        await asyncio.wait_for(task, 1)
        assert await rig.status("j1") is JobStatus.COMPLETED
        assert await rig.status("late") is JobStatus.RUNNING


async def test_a_cancelled_actor_hands_its_work_back_at_once(rig):
    await rig.submit()
    started = asyncio.Event()

    async def work(delivery):
        started.set()
        await asyncio.Event().wait()

    async with rig.running(work) as (task, _):
        await started.wait()
        task.cancel()
        await asyncio.wait({task})
        (again,) = await rig.take("c2")
    assert again.attempt == 1


async def test_work_whose_lease_is_lost_is_cancelled_and_writes_nothing(rig, completed):
    await rig.submit()
    started = asyncio.Event()

    async def work(delivery):
        started.set()
        await asyncio.Event().wait()

    async with rig.running(work):
        await started.wait()
        rig.now[0] += 31
        (stolen,) = await rig.take("c2")
        await rig.keeper.renew()
        await rig.until(lambda: bool(rig.notices))
        assert isinstance(rig.notices[0], LeaseLost)
        await rig.store.mailboxes.finish(stolen, completed)
    assert await rig.status() is JobStatus.COMPLETED


async def test_work_that_ends_after_its_lease_was_lost_is_not_written(rig, completed):
    await rig.submit()
    started, go_on = asyncio.Event(), asyncio.Event()

    async def work(delivery):
        started.set()
        await go_on.wait()
        return completed

    async with rig.running(work):
        await started.wait()
        rig.now[0] += 31
        await rig.take("c2")
        go_on.set()
        await rig.until(lambda: bool(rig.notices))
    assert isinstance(rig.notices[0], LeaseLost)
    assert await rig.status() is JobStatus.RUNNING


async def test_a_job_that_is_cancelled_takes_its_work_along(rig):
    await rig.submit()
    started, ended = asyncio.Event(), asyncio.Event()

    async def work(delivery):
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with rig.running(work):
        await started.wait()
        await rig.store.jobs.cancel("j1")
        rig.keeper.revoke("j1")
        await asyncio.wait_for(ended.wait(), 1)
    assert await rig.status() is JobStatus.CANCELLED


async def test_work_that_the_store_has_failed_is_handed_back_uncounted_but_not_at_once(rig, work_of, completed):
    await rig.submit()
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    away = [StoreUnavailableError("full")] * 9
    async with rig.running(work_of(*away, completed), sleep=sleep):
        assert (await rig.until_terminal()).status is JobStatus.COMPLETED
    assert slept == [HAND_BACK_SECONDS] * 9


async def test_a_step_is_carried_out_soon_after_a_long_outage(rig, work_of, completed, monkeypatch):
    await rig.submit()
    slept = []
    boxes = type(rig.store.mailboxes)
    finish = boxes.finish

    async def sleep(seconds):
        slept.append(seconds)

    async def away(self, delivery, step):
        if len(slept) < 20:
            raise StoreUnavailableError("away")
        await finish(self, delivery, step)

    monkeypatch.setattr(boxes, "finish", away)
    async with rig.running(work_of(completed), sleep=sleep):
        assert (await rig.until_terminal()).status is JobStatus.COMPLETED
    assert max(slept) <= OUTAGE.cap_seconds


async def test_a_silent_store_does_not_hold_up_the_end(rig, work_of, completed, monkeypatch):
    async def silent(self, stage, consumer):
        await asyncio.Event().wait()

    monkeypatch.setattr(type(rig.store.mailboxes), "leave", silent)
    async with rig.running(work_of(completed), leave_seconds=0.01) as (task, stop):
        stop.set()
        await asyncio.wait_for(task, 1)


async def test_work_whose_holders_have_died_twice_is_done_one_at_a_time(rig, completed):
    jobs = [f"j{number}" for number in range(4)]
    for job_id in jobs:
        await rig.submit(job_id)
    for _ in range(2):
        await rig.take("dying", limit=3)
        rig.now[0] += 31
    at_work, seen, go_on = set(), [], asyncio.Event()

    async def work(delivery):
        at_work.add(delivery.job_id)
        seen.append(sorted(at_work))
        if delivery.job_id == "j3":
            await go_on.wait()
        await asyncio.sleep(0.001)
        at_work.discard(delivery.job_id)
        return completed

    async with rig.running(work):
        for job_id in jobs[:3]:
            await rig.until_terminal(job_id)
        go_on.set()
        await rig.until_terminal("j3")
    assert max(len(set(together) - {"j3"}) for together in seen) == 1
    assert any("j3" in together and len(together) == 2 for together in seen)


async def test_a_transition_that_a_damaged_job_refuses_fails_that_job_alone(rig, work_of, completed, monkeypatch):
    await rig.submit()
    boxes = type(rig.store.mailboxes)

    async def refuse(self, delivery, step):
        raise JobDamagedError("what the store keeps of the job was changed by hand: WRONGTYPE")

    monkeypatch.setattr(boxes, "finish", refuse)
    async with rig.running(work_of(completed)) as (task, _):
        job = await rig.until_terminal()
        assert not task.done()
    assert (job.status, job.error) == (
        JobStatus.FAILED,
        "what the store keeps of the job was changed by hand: WRONGTYPE",
    )


async def test_an_actor_that_is_cancelled_while_it_takes_holds_nothing_any_more(rig, work_of, completed, monkeypatch):
    boxes, taken = type(rig.store.mailboxes), asyncio.Event()
    take = boxes.take

    async def take_and_say(self, stage, consumer, **asked):
        deliveries = await take(self, stage, consumer, **asked)
        if deliveries:
            taken.set()
        return deliveries

    monkeypatch.setattr(boxes, "take", take_and_say)
    await rig.submit()
    async with rig.running(work_of(completed)) as (task, _):
        await taken.wait()
        task.cancel()
        await asyncio.wait({task})
        assert rig.keeper.busy == 0
        (again,) = await rig.take("c2")
    assert again.attempt == 1
