import pytest

from actors.domain.errors import JobActiveError, JobNotFoundError, LeaseLostError, OverloadedError
from actors.domain.events import EventType
from actors.domain.job import JobStatus, ResearchRequest, Spending
from actors.store.records import Advance, Fail, Finish, Limits


async def test_a_submitted_job_is_admitted_at_once_where_there_is_room(bench):
    job = await bench.submit()
    assert (job.status, job.stage, job.round) == (JobStatus.RUNNING, "first", 0)
    assert await bench.types() == [EventType.QUEUED, EventType.STARTED]


async def test_submitting_the_same_id_twice_makes_one_job(bench):
    first = await bench.submit()
    assert await bench.submit() == first
    assert len(await bench.take()) == 1


async def test_jobs_beyond_max_running_wait_and_follow_when_one_ends(open_bench):
    async with open_bench(Limits(max_running=1)) as bench:
        await bench.submit("j1")
        assert (await bench.submit("j2")).status is JobStatus.QUEUED
        delivery = await bench.take_one()
        await bench.store.mailboxes.finish(delivery, Finish(b"x", JobStatus.COMPLETED))
        assert (await bench.take_one()).job_id == "j2"


async def test_many_jobs_of_one_tenant_do_not_hold_up_the_single_job_of_another(open_bench):
    async with open_bench(Limits(max_running=1)) as bench:
        for number in range(20):
            await bench.submit(f"a{number}", tenant="a")
        await bench.submit("b0", tenant="b")
        order = []
        for _ in range(3):
            delivery = await bench.take_one()
            order.append(delivery.job_id)
            await bench.store.mailboxes.finish(delivery, Finish(b"x", JobStatus.COMPLETED))
        assert order == ["a0", "a1", "b0"]


async def test_more_waiting_jobs_than_allowed_are_refused_and_lose_nothing(open_bench):
    async with open_bench(Limits(max_running=1, max_pending=2)) as bench:
        for job_id in ("j1", "j2", "j3"):
            await bench.submit(job_id)
        with pytest.raises(OverloadedError, match="max_pending") as refusal:
            await bench.submit("j4")
        assert refusal.value.retry_after_seconds
        with pytest.raises(JobNotFoundError):
            await bench.store.jobs.get("j4")
        assert (await bench.store.jobs.get("j3")).status is JobStatus.QUEUED


async def test_an_unknown_job_is_not_found(bench):
    for call in (bench.store.jobs.get, bench.store.jobs.cancel, bench.store.jobs.delete):
        with pytest.raises(JobNotFoundError, match="nobody"):
            await call("nobody")
    assert await bench.store.jobs.artefacts("nobody") == {}
    assert await bench.store.events.read("nobody") == []


async def test_artefacts_are_kept_by_stage_and_round(bench):
    await bench.submit()
    delivery = await bench.take_one()
    await bench.store.mailboxes.advance(delivery, Advance(b"one", "second", 0))
    delivery = await bench.take_one("second")
    await bench.store.mailboxes.advance(delivery, Advance(b"two", "first", 1))
    assert await bench.store.jobs.artefacts("j1") == {"first:0": b"one", "second:0": b"two"}
    assert (await bench.take_one()).round == 1


async def test_a_cancelled_job_is_terminal_and_its_worker_can_no_longer_write(bench):
    await bench.submit()
    delivery = await bench.take_one()
    assert (await bench.store.jobs.cancel("j1")).status is JobStatus.CANCELLED
    for write in (
        bench.store.mailboxes.advance(delivery, Advance(b"x", "second", 0)),
        bench.store.mailboxes.finish(delivery, Finish(b"x", JobStatus.COMPLETED)),
        bench.store.mailboxes.fail(delivery, Fail("no")),
        bench.store.mailboxes.retry_later(delivery, delay_seconds=0),
        bench.store.mailboxes.tell(delivery, []),
    ):
        with pytest.raises(LeaseLostError):
            await write
    assert await bench.store.jobs.artefacts("j1") == {}
    assert await bench.types() == [EventType.QUEUED, EventType.STARTED, EventType.CANCELLED]
    assert await bench.take() == []


async def test_a_waiting_job_can_be_cancelled_and_never_runs(open_bench):
    async with open_bench(Limits(max_running=1)) as bench:
        await bench.submit("j1")
        await bench.submit("j2")
        await bench.store.jobs.cancel("j2")
        await bench.store.mailboxes.finish(await bench.take_one(), Finish(b"x", JobStatus.COMPLETED))
        assert await bench.take() == []


async def test_cancelling_a_terminal_job_changes_nothing(bench):
    await bench.submit()
    await bench.store.mailboxes.finish(await bench.take_one(), Finish(b"x", JobStatus.COMPLETED))
    ended = await bench.store.jobs.get("j1")
    assert await bench.store.jobs.cancel("j1") == ended


async def test_only_a_terminal_job_can_be_deleted_and_takes_everything_along(bench):
    await bench.submit()
    with pytest.raises(JobActiveError, match="cancel it first"):
        await bench.store.jobs.delete("j1")
    await bench.store.ledger.put("j1", "request", b"answer", stage="first", spent=Spending())
    await bench.store.jobs.cancel("j1")
    await bench.store.jobs.delete("j1")
    assert await bench.store.events.read("j1") == []
    assert await bench.store.ledger.get("j1", "request") is None


async def test_ended_jobs_are_forgotten_after_their_retention_artefacts_first(open_bench):
    async with open_bench(Limits(keep_artefacts_seconds=0.02, keep_jobs_seconds=0.5)) as bench:
        await bench.submit()
        await bench.store.mailboxes.finish(await bench.take_one(), Finish(b"x", JobStatus.COMPLETED))
        await bench.elapse(0.04)
        await bench.store.mailboxes.wake()
        assert await bench.store.jobs.artefacts("j1") == {}
        assert (await bench.store.jobs.get("j1")).status is JobStatus.COMPLETED
        await bench.elapse(0.5)
        await bench.store.mailboxes.wake()
        with pytest.raises(JobNotFoundError):
            await bench.store.jobs.get("j1")


async def test_a_tenants_jobs_are_listed_newest_first_and_by_status(open_bench):
    async with open_bench(Limits(max_running=2)) as bench:
        for job_id in ("j1", "j2", "j3"):
            await bench.submit(job_id)
            await bench.elapse(0.002)
        await bench.submit("other", tenant="u")
        await bench.store.jobs.cancel("j1")
        listed = await bench.store.jobs.of_tenant("t")
        assert [job.job_id for job in listed] == ["j3", "j2", "j1"]
        assert listed[0] == await bench.store.jobs.get("j3")
        assert [job.job_id for job in await bench.store.jobs.of_tenant("t", limit=2)] == ["j3", "j2"]
        running = await bench.store.jobs.of_tenant("t", status=JobStatus.RUNNING)
        assert [job.job_id for job in running] == ["j3", "j2"]
        assert await bench.store.jobs.of_tenant("t", status=JobStatus.FAILED) == []
        assert await bench.store.jobs.of_tenant("nobody") == []


async def test_a_deleted_job_is_listed_no_longer(bench):
    for job_id in ("j1", "j2"):
        await bench.submit(job_id)
        await bench.store.jobs.cancel(job_id)
    await bench.store.jobs.delete("j1")
    assert [job.job_id for job in await bench.store.jobs.of_tenant("t")] == ["j2"]
    assert [job.job_id for job in await bench.store.jobs.of_tenant("t", status=JobStatus.CANCELLED)] == ["j2"]


async def test_a_request_comes_back_as_it_was_given(bench):
    request = ResearchRequest(query='é ☃ "x" {}\'', max_results=3, urls=("http://a.example/",), keep_unsupported=True)
    assert (await bench.store.jobs.submit("j1", "t", request)).request == request
    assert (await bench.store.jobs.get("j1")).request == request


async def test_a_job_cancelled_while_its_retry_waits_never_comes_back(bench):
    await bench.submit()
    await bench.store.mailboxes.retry_later(await bench.take_one(), delay_seconds=0.02)
    await bench.store.jobs.cancel("j1")
    await bench.elapse(0.04)
    await bench.store.mailboxes.wake()
    assert await bench.take() == []


async def test_delays_and_cancellations_leave_room_for_others(open_bench):
    async with open_bench(Limits(max_running=1)) as bench:
        await bench.submit("j1")
        await bench.submit("j2")
        await bench.store.mailboxes.retry_later(await bench.take_one(), delay_seconds=9)
        await bench.store.jobs.cancel("j1")
        assert (await bench.take_one()).job_id == "j2"
        await bench.store.jobs.cancel("j2")
        await bench.submit("j3")
        assert (await bench.take_one()).job_id == "j3"
