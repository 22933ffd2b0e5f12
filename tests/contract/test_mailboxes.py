import asyncio

import pytest

from actors.domain.errors import LeaseLostError
from actors.domain.events import EventType
from actors.domain.job import JobStatus, StopReason
from actors.store.records import Advance, Fail, Finish

LEASE = 0.04


async def test_a_delivery_is_handed_to_one_worker_only(bench):
    await bench.submit()
    assert len(await bench.take(consumer="c1")) == 1
    assert await bench.take(consumer="c2") == []


async def test_no_more_is_taken_than_asked_for(bench):
    for number in range(5):
        await bench.submit(f"j{number}")
    assert [delivery.job_id for delivery in await bench.take(limit=3)] == ["j0", "j1", "j2"]
    assert len(await bench.take(limit=3)) == 2


async def test_an_unacked_delivery_comes_back_when_its_lease_ends_and_counts_as_an_attempt(bench):
    await bench.submit()
    first = await bench.take_one(consumer="c1")
    await bench.elapse(LEASE * 1.5)
    second = await bench.take_one(consumer="c2")
    assert (first.attempt, second.attempt) == (1, 2)


async def test_a_renewed_lease_does_not_end(bench):
    await bench.submit()
    delivery = await bench.take_one()
    for _ in range(3):
        await bench.elapse(LEASE * 0.7)
        assert await bench.store.mailboxes.renew([delivery.token]) == {delivery.token}
    assert await bench.take(consumer="c2") == []


async def test_a_worker_that_was_paused_past_its_lease_cannot_renew_or_write(bench):
    await bench.submit()
    stale = await bench.take_one(consumer="c1")
    await bench.elapse(LEASE * 1.5)
    fresh = await bench.take_one(consumer="c2")
    assert await bench.store.mailboxes.renew([stale.token]) == set()
    with pytest.raises(LeaseLostError, match="first:0 of job j1"):
        await bench.store.mailboxes.advance(stale, Advance(b"stale", "second", 0))
    await bench.store.mailboxes.advance(fresh, Advance(b"fresh", "second", 0))
    assert await bench.store.jobs.artefacts("j1") == {"first:0": b"fresh"}


async def test_the_same_worker_is_fenced_off_from_its_own_earlier_delivery(bench):
    await bench.submit()
    stale = await bench.take_one()
    await bench.elapse(LEASE * 1.5)
    await bench.take_one()
    with pytest.raises(LeaseLostError):
        await bench.store.mailboxes.advance(stale, Advance(b"stale", "second", 0))


async def test_a_released_delivery_comes_back_at_once_without_counting_the_attempt(bench):
    await bench.submit()
    delivery = await bench.take_one(consumer="c1")
    await bench.store.mailboxes.release([delivery.token])
    assert (await bench.take_one(consumer="c2")).attempt == 1
    with pytest.raises(LeaseLostError):
        await bench.store.mailboxes.advance(delivery, Advance(b"x", "second", 0))


async def test_a_transition_repeated_with_the_same_token_changes_nothing(bench):
    await bench.submit()
    delivery = await bench.take_one()
    step = Advance(b"x", "second", 0, seconds=1.25)
    await bench.store.mailboxes.advance(delivery, step)
    await bench.store.mailboxes.advance(delivery, step)
    assert len(await bench.take("second")) == 1
    assert await bench.types() == [EventType.QUEUED, EventType.STARTED, EventType.STAGE]
    assert (await bench.store.events.read("j1"))[-1].data == {"state": "done", "seconds": 1.25}


async def test_a_retry_waits_its_time_and_counts_on(bench):
    await bench.submit()
    delivery = await bench.take_one()
    await bench.store.mailboxes.retry_later(delivery, delay_seconds=0.04)
    await bench.store.mailboxes.wake()
    assert await bench.take() == []
    await bench.elapse(0.05)
    await bench.store.mailboxes.wake()
    assert (await bench.take_one()).attempt == 2


async def test_a_finished_job_ends_with_its_reason_and_its_last_event(bench):
    await bench.submit()
    step = Finish(b"x", JobStatus.PARTIAL, StopReason.SOURCES)
    await bench.store.mailboxes.finish(await bench.take_one(), step)
    job = await bench.store.jobs.get("j1")
    assert (job.status, job.stop_reason) == (JobStatus.PARTIAL, StopReason.SOURCES)
    assert job.completed_at is not None
    assert (await bench.store.events.read("j1"))[-1].type is EventType.PARTIAL


async def test_a_failed_job_says_why_and_leaves_no_dead_letter_without_a_traceback(bench):
    await bench.submit()
    await bench.store.mailboxes.fail(await bench.take_one(), Fail("no key"))
    job = await bench.store.jobs.get("j1")
    assert (job.status, job.error) == (JobStatus.FAILED, "no key")
    assert await bench.store.jobs.dead_letters() == []


async def test_a_buried_delivery_is_a_dead_letter_newest_first(bench):
    for job_id in ("j1", "j2"):
        await bench.submit(job_id)
        await bench.store.mailboxes.fail(await bench.take_one(), Fail(f"bug in {job_id}", "Traceback"))
    letters = await bench.store.jobs.dead_letters()
    assert [letter.reason for letter in letters] == ["bug in j2", "bug in j1"]
    assert (letters[0].job_id, letters[0].stage, letters[0].attempts, letters[0].traceback) == (
        "j2",
        "first",
        1,
        "Traceback",
    )


async def test_a_stage_tells_once_in_each_round_that_it_has_started(bench):
    await bench.submit()
    for _ in range(2):
        delivery = await bench.take_one()
        for _ in range(2):
            job, artefacts = await bench.store.mailboxes.begin(delivery)
        await bench.store.mailboxes.release([delivery.token])
    assert (job.job_id, job.seq, artefacts) == ("j1", 3, {})
    await bench.store.mailboxes.advance(await bench.take_one(), Advance(b"x", "first", 1))
    _, artefacts = await bench.store.mailboxes.begin(await bench.take_one())
    assert artefacts == {"first:0": b"x"}
    stages = [event.data["state"] for event in await bench.store.events.read("j1") if event.type is EventType.STAGE]
    assert stages == ["started", "done", "started"]


@pytest.mark.waits
async def test_a_waiting_taker_gets_what_arrives(bench):
    waiting = asyncio.create_task(bench.store.mailboxes.take("first", "c1", limit=1, lease_seconds=1, block_seconds=5))
    await asyncio.sleep(0)
    await bench.submit()
    (delivery,) = await asyncio.wait_for(waiting, 1)
    assert delivery.job_id == "j1"


@pytest.mark.waits
async def test_a_taker_gives_up_after_its_time(bench):
    taken = await bench.store.mailboxes.take("first", "c1", limit=1, lease_seconds=1, block_seconds=0.01)
    assert taken == []


@pytest.mark.waits
async def test_cancelling_a_waiting_taker_loses_nothing(bench):
    waiting = asyncio.create_task(
        bench.store.mailboxes.take("first", "c1", limit=1, lease_seconds=LEASE, block_seconds=5)
    )
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    await bench.submit()
    await bench.elapse(LEASE * 1.5)
    assert (await bench.take_one()).job_id == "j1"


@pytest.mark.parametrize(
    "step",
    [
        lambda boxes, delivery: boxes.finish(delivery, Finish(b"x", JobStatus.COMPLETED)),
        lambda boxes, delivery: boxes.fail(delivery, Fail("no", "Traceback")),
        lambda boxes, delivery: boxes.retry_later(delivery, delay_seconds=9),
    ],
)
async def test_every_transition_that_was_carried_out_may_be_repeated(bench, step):
    await bench.submit()
    delivery = await bench.take_one()
    await step(bench.store.mailboxes, delivery)
    after = (await bench.store.jobs.get("j1"), await bench.types(), len(await bench.store.jobs.dead_letters()))
    await step(bench.store.mailboxes, delivery)
    assert after == (await bench.store.jobs.get("j1"), await bench.types(), len(await bench.store.jobs.dead_letters()))


async def test_deliveries_whose_lease_has_ended_come_before_new_ones(bench):
    await bench.submit("old")
    await bench.take_one(consumer="dying")
    await bench.submit("new")
    await bench.elapse(LEASE * 1.5)
    assert [delivery.job_id for delivery in await bench.take(limit=1)] == ["old"]


async def test_a_stale_release_hands_nothing_back(bench):
    await bench.submit()
    stale = await bench.take_one(consumer="c1")
    await bench.elapse(LEASE * 1.5)
    await bench.take_one(consumer="c2")
    await bench.store.mailboxes.release([stale.token])
    assert await bench.take(consumer="c3") == []


async def test_who_leaves_hands_back_all_it_holds_of_the_stage_uncounted(bench):
    for job_id in ("j1", "j2", "j3"):
        await bench.submit(job_id)
    left = await bench.take(consumer="leaving", limit=2)
    (kept,) = await bench.take(consumer="staying")
    await bench.store.mailboxes.leave("first", "leaving")
    again = await bench.take(consumer="staying")
    assert sorted((delivery.job_id, delivery.attempt) for delivery in again) == [("j1", 1), ("j2", 1)]
    with pytest.raises(LeaseLostError):
        await bench.store.mailboxes.advance(left[0], Advance(b"x", "second", 0))
    await bench.store.mailboxes.advance(kept, Advance(b"x", "second", 0))


async def test_leaving_a_stage_that_nobody_has_entered_is_nothing(bench):
    await bench.store.mailboxes.leave("second", "c1")


async def test_attempts_count_on_over_hand_outs_releases_and_retries(bench):
    await bench.submit()
    attempts = []
    for end in ("die", "release", "retry", "die", "leave"):
        delivery = await bench.take_one()
        attempts.append(delivery.attempt)
        match end:
            case "die":
                await bench.elapse(LEASE * 1.5)
            case "release":
                await bench.store.mailboxes.release([delivery.token])
            case "retry":
                await bench.store.mailboxes.retry_later(delivery, delay_seconds=0)
                await bench.elapse(0.001)
                await bench.store.mailboxes.wake()
            case "leave":
                await bench.store.mailboxes.leave("first", "c1")
    assert attempts == [1, 2, 2, 3, 4]
    assert (await bench.take_one()).attempt == 4


async def test_a_delivery_whose_holders_have_died_twice_is_suspect_and_handed_out_to_those_who_have_room_for_it(bench):
    boxes, asked = bench.store.mailboxes, {"limit": 9, "lease_seconds": LEASE}
    for job_id in ("j1", "j2"):
        await bench.submit(job_id)
    assert [delivery.token.suspect for delivery in await bench.take()] == [False, False]
    await bench.elapse(LEASE * 1.5)
    assert [delivery.token.suspect for delivery in await boxes.claim("first", "c1", suspects=0, **asked)] == [
        False,
        False,
    ]
    await bench.submit("j3")
    await bench.take_one()
    await bench.elapse(LEASE * 1.5)
    (fresh,) = await boxes.claim("first", "c1", suspects=0, **asked)
    assert (fresh.job_id, fresh.token.suspect) == ("j3", False)
    await bench.elapse(LEASE / 2)
    (suspect,) = await boxes.claim("first", "c1", suspects=1, **asked)
    assert (suspect.job_id, suspect.attempt, suspect.token.suspect) == ("j1", 3, True)
