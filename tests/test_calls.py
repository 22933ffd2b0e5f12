"""The calls of one delivery: recorded once, within the budget, and held where nobody knows what became of them."""

import asyncio

import pytest

from actors.calls import Calls, time_left
from actors.domain.errors import BudgetError, ModelError, UnknownOutcomeError
from actors.domain.job import Job, Record, ResearchRequest, Spending
from actors.store.memory import memory_store
from actors.store.records import Limits


class Answer(Record):
    text: str
    tokens: int


MOST = Spending(model_calls=1, input_tokens=60, output_tokens=40)


@pytest.fixture
async def store():
    return memory_store("plan", Limits())


async def calls(store, **budget):
    request = ResearchRequest(query="q", budget=budget)
    await store.jobs.submit("j", "t", request)
    return Calls(store.ledger, await store.jobs.get("j"), "analyze")


def paid(answer):
    return Spending(model_calls=1, output_tokens=answer.tokens)


async def test_a_recorded_call_is_neither_made_nor_paid_again(store):
    made = []

    async def call():
        made.append(1)
        return Answer(text="yes", tokens=7)

    recall = await calls(store)
    answers = [await recall("r", call, Answer, most=MOST, spent=paid) for _ in range(2)]
    assert (answers[0], len(made)) == (answers[1], 1)
    assert (await store.jobs.get("j")).usage.stages["analyze"] == Spending(model_calls=1, output_tokens=7)


async def test_what_calls_under_way_leave_over_is_waited_for_before_one_is_refused(store):
    recall = await calls(store, tokens=150)
    gate, begun = asyncio.Event(), []

    async def call():
        begun.append(1)
        await gate.wait()
        return Answer(text="", tokens=25)

    first, second = (asyncio.create_task(recall(name, call, Answer, most=MOST, spent=paid)) for name in "ab")
    while not begun:
        await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(begun) == 1
    gate.set()
    await asyncio.gather(first, second)
    assert (await store.jobs.get("j")).usage.tokens == 50
    await recall("c", call, Answer, most=MOST, spent=paid)
    with pytest.raises(BudgetError, match="no room"):
        await recall("d", call, Answer, most=MOST, spent=paid)


async def test_a_call_that_failed_is_released_and_one_that_was_cut_off_stays_held(store):
    recall = await calls(store, tokens=150)

    async def failing():
        raise ModelError("is away")

    async def hanging():
        await asyncio.Event().wait()

    for _ in range(3):
        with pytest.raises(ModelError):
            await recall("r", failing, Answer, most=MOST, spent=paid)
    task = asyncio.create_task(recall("r", hanging, Answer, most=MOST, spent=paid))
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(BudgetError):
        await recall("r", failing, Answer, most=MOST, spent=paid)


@pytest.mark.parametrize("error", [UnknownOutcomeError("cut"), ModelError("cut")])
async def test_a_call_that_may_have_been_paid_stays_held(store, error):
    recall = await calls(store, tokens=250)

    async def cut():
        raise error from UnknownOutcomeError("the reply was cut")

    async def call():
        return Answer(text="yes", tokens=100)

    with pytest.raises(type(error)):
        await recall("r", cut, Answer, most=MOST, spent=paid)
    await recall("r", call, Answer, most=MOST, spent=paid)
    with pytest.raises(BudgetError):
        await recall("s", call, Answer, most=MOST, spent=paid)


def test_the_seconds_of_a_job_count_from_the_start_of_its_work():
    request = ResearchRequest(query="q", budget={"seconds": 10})
    job = Job(job_id="j", tenant="t", request=request, started_at=1_000.0)
    now = [50.0]
    left = time_left(job, clock=lambda: 1_004.0, monotonic=lambda: now[0])
    assert left() == 6.0
    now[0] = 57.0
    assert left() == 0.0
    assert time_left(job.model_copy(update={"request": ResearchRequest(query="q")}))() is None
