import asyncio

import pytest

from actors.domain.errors import JobNotFoundError
from actors.domain.job import Budget, Spending, Usage
from actors.store.records import Advance

FREE = Spending()
CALL = Spending(model_calls=1, input_tokens=100, output_tokens=20, usd=0.1)
SEARCH = Spending(searches=1, usd=0.005)


async def put(bench, request="request", answer=b"answer", stage="plan", spent=FREE, job_id="j1"):
    return await bench.store.ledger.put(job_id, request, answer, stage=stage, spent=spent)


async def hold(bench, request="request", most=CALL, job_id="j1", **budget):
    return await bench.store.ledger.hold(job_id, request, most, Budget(**budget))


async def usage(bench, job_id="j1"):
    return (await bench.store.jobs.get(job_id)).usage


async def test_the_first_answer_recorded_wins(bench):
    await bench.submit()
    assert await bench.store.ledger.get("j1", "request") is None
    assert await put(bench, answer=b"first") == b"first"
    assert await put(bench, answer=b"second") == b"first"
    assert await bench.store.ledger.get("j1", "request") == b"first"


async def test_ledgers_of_jobs_are_separate_and_need_a_job(bench):
    await bench.submit("j1")
    await bench.submit("j2")
    await put(bench, job_id="j1")
    assert await bench.store.ledger.get("j2", "request") is None
    for verb in (put, hold):
        with pytest.raises(JobNotFoundError):
            await verb(bench, job_id="nobody")
    await bench.store.ledger.let_go("nobody", "request")
    with pytest.raises(JobNotFoundError):
        await usage(bench, "nobody")


async def test_what_calls_have_used_is_summed_for_the_job_and_by_stage(bench):
    await bench.submit("j1")
    await bench.submit("j2")
    await put(bench, "a", stage="search", spent=SEARCH)
    await put(bench, "b", stage="analyze", spent=CALL)
    await put(bench, "c", stage="analyze", spent=CALL)
    used = await usage(bench)
    twice = Spending(model_calls=2, input_tokens=200, output_tokens=40, usd=used.stages["analyze"].usd)
    assert twice.usd == pytest.approx(0.2)
    assert used.stages == {"search": SEARCH, "analyze": twice}
    assert used.usd == pytest.approx(0.205)
    assert (used.model_calls, used.searches, used.tokens, used.pages) == (2, 1, 240, 0)
    assert await usage(bench, "j2") == Usage()


async def test_usage_comes_with_the_job_wherever_it_is_read(bench):
    await bench.submit()
    await put(bench, spent=CALL)
    used = Usage(**CALL.model_dump(), stages={"plan": CALL})
    (listed,) = await bench.store.jobs.of_tenant("t")
    begun, _ = await bench.store.mailboxes.begin(await bench.take_one())
    assert [job.usage for job in (listed, begun, await bench.store.jobs.cancel("j1"))] == [used] * 3


async def test_free_answers_use_nothing(bench):
    await bench.submit()
    await put(bench)
    assert await usage(bench) == Usage()


async def test_a_second_answer_was_paid_too(bench):
    await bench.submit()
    await asyncio.gather(*(put(bench, answer=b"%d" % number, spent=CALL) for number in range(3)))
    assert (await usage(bench)).model_calls == 3


async def test_spending_after_the_end_of_a_job_is_counted_but_nothing_is_recorded(bench):
    await bench.submit()
    await put(bench, "early", spent=CALL)
    await bench.store.jobs.cancel("j1")
    assert await put(bench, "late", spent=CALL) == b"answer"
    assert await put(bench, "early", b"other") == b"answer"
    assert await bench.store.ledger.get("j1", "late") is None
    assert (await usage(bench)).model_calls == 2


@pytest.mark.parametrize("budget", [{"usd": 0.3}, {"tokens": 360}, {"usd": 0.3, "tokens": 10**6}])
async def test_a_hold_is_refused_when_with_all_that_is_spent_and_held_it_would_be_over_the_budget(bench, budget):
    await bench.submit()
    await put(bench, "a", spent=CALL)
    assert await hold(bench, "b", **budget)
    assert await hold(bench, "c", **budget)
    assert not await hold(bench, "d", **budget)
    assert not await hold(bench, "d", **budget)
    await bench.store.ledger.let_go("j1", "c")
    assert await hold(bench, "d", **budget)


async def test_what_a_call_did_not_use_of_its_hold_is_there_for_others(bench):
    await bench.submit()
    assert await hold(bench, "a", Spending(usd=1.0), usd=1.0)
    assert not await hold(bench, "b", Spending(usd=0.5), usd=1.0)
    await put(bench, "a", spent=Spending(model_calls=1, usd=0.5))
    assert await hold(bench, "b", Spending(usd=0.5), usd=1.0)
    assert not await hold(bench, "c", Spending(usd=0.001), usd=1.0)


async def test_many_small_holds_fill_a_budget_to_its_last_cent_and_leave_nothing(bench):
    await bench.submit()
    tenth = Spending(usd=0.1)
    for number in range(10):
        assert await hold(bench, f"r{number}", tenth, usd=1.0)
        await put(bench, f"r{number}", spent=tenth)
    assert not await hold(bench, "more", Spending(usd=1e-6), usd=1.0)
    assert await hold(bench, "free", FREE, usd=1.0)


async def test_a_budget_without_dollars_and_tokens_refuses_nothing(bench):
    await bench.submit()
    assert await hold(bench, most=Spending(input_tokens=10**12, usd=1e9), pages=1, seconds=1)


@pytest.mark.parametrize("budget", [{"usd": 0}, {"tokens": 0}])
async def test_a_budget_of_nothing_refuses_every_call_that_costs(bench, budget):
    await bench.submit()
    assert not await hold(bench, **budget)
    assert await hold(bench, most=FREE, **budget)


async def test_the_hold_of_a_process_that_died_counts_to_the_end(bench):
    await bench.submit()
    assert await hold(bench, usd=0.2)
    assert await hold(bench, usd=0.2)
    await put(bench, spent=CALL)
    assert not await hold(bench, "next", Spending(usd=0.01), usd=0.2)
    assert await hold(bench, "next", Spending(usd=0.1), usd=0.3)


async def test_twins_release_a_hold_each(bench):
    await bench.submit()
    assert await hold(bench, usd=0.2)
    assert await hold(bench, usd=0.2)
    await put(bench, spent=Spending(usd=0.01))
    await put(bench, spent=Spending(usd=0.01))
    await put(bench, spent=Spending(usd=0.01))
    assert await hold(bench, "next", Spending(usd=0.17), usd=0.2)


async def test_letting_go_of_what_is_not_held_changes_nothing(bench):
    await bench.submit()
    assert await hold(bench, "a", usd=0.1)
    await bench.store.ledger.let_go("j1", "b")
    assert not await hold(bench, "b", usd=0.1)
    assert await usage(bench) == Usage()


async def test_holds_at_the_same_time_never_exceed_the_budget(bench):
    await bench.submit()
    held = await asyncio.gather(*(hold(bench, f"r{number}", usd=0.35) for number in range(10)))
    assert held.count(True) == 3


async def test_a_job_that_is_over_has_room_for_nothing(bench):
    await bench.submit()
    await bench.store.jobs.cancel("j1")
    assert not await hold(bench)
    await bench.store.ledger.let_go("j1", "request")


async def test_an_advance_tells_how_many_pages_were_read_by_now(bench):
    await bench.submit()
    boxes = bench.store.mailboxes
    await boxes.advance(await bench.take_one(), Advance(b"x", "second", 0, pages=7))
    assert (await usage(bench)).pages == 7
    await put(bench, spent=CALL)
    await boxes.advance(await bench.take_one("second"), Advance(b"x", "first", 1))
    assert (await usage(bench)).pages == 7
    await boxes.advance(await bench.take_one("first"), Advance(b"x", "second", 1, pages=12))
    assert await usage(bench) == Usage(**CALL.model_dump(), pages=12, stages={"plan": CALL})


async def test_a_deleted_job_takes_its_usage_along(bench):
    await bench.submit()
    await hold(bench)
    await put(bench, "a", spent=CALL)
    await bench.store.jobs.cancel("j1")
    await bench.store.jobs.delete("j1")
    await bench.submit()
    assert await usage(bench) == Usage()
    assert await hold(bench, usd=0.1)
