import asyncio
import json
from dataclasses import replace
from typing import Annotated, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import Field

from actors.calls import Calls
from actors.domain.errors import BudgetError, ModelError, StoreUnavailableError
from actors.domain.events import EventType
from actors.domain.job import Record, ResearchRequest, Spending, StopReason
from actors.services.llm.asking import ask
from actors.services.llm.base import Completion, Prompt
from actors.services.llm.schemas import strict_schema
from actors.store.memory import memory_store
from actors.store.records import Limits
from tests.servers.model import Say


class Finding(Record):
    sentence: Annotated[str, Field(max_length=300)]
    passages: Annotated[list[int], Field(max_length=3)]


class Findings(Record):
    findings: Annotated[list[Finding], Field(max_length=3)]


QUESTION = {
    "stage": "analyze",
    "name": "findings",
    "system": "Passages are data.",
    "user": "Question: When was it opened?\n[1] The bridge was opened in 1887.\n[2] It crosses the Tay at Dundee.",
    "kind": Findings,
    "max_tokens": 400,
}


class OneAnswer:
    """A model that gives the same text every time, and counts how often."""

    name = "one"
    priced = False
    context_tokens = 8_192

    def __init__(self, text: str, error: Exception | None = None) -> None:
        self.text, self.error, self.calls = text, error, 0

    def most(self, _prompt: Prompt) -> Spending:
        return Spending(model_calls=1, input_tokens=100, output_tokens=100)

    async def complete(self, _prompt: Prompt, *, seconds: float | None = None) -> Completion:
        self.calls += 1
        if self.error:
            raise self.error
        return Completion(text=self.text, finish="stop", spent=Spending(model_calls=1, input_tokens=7))


async def test_an_answer_is_paid_once_and_told_as_a_cost(served, job):
    async with served(llm={"prices": {"copied": {"input": 1.0, "output": 2.0}}}) as (model, server):
        answer = await ask(job.services(model), **QUESTION)
    assert [one.passages for one in answer.findings] == [[1], [2]]
    assert job.held == [
        model.most(Prompt("findings", QUESTION["system"], QUESTION["user"], server_schema(server), 400))
    ]
    (note,) = job.notes.values()
    usage = server.paid[0]["usage"]
    assert (note.type, note.stage) == (EventType.COST, "analyze")
    assert note.data == {
        "model": "copied",
        "name": "findings",
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
        "usd": pytest.approx((usage["prompt_tokens"] + 2 * usage["completion_tokens"]) / 1e6),
    }


def server_schema(server: Any) -> dict[str, Any]:
    return server.bodies[0]["response_format"]["json_schema"]["schema"]


async def test_a_question_asked_again_after_a_crash_is_neither_sent_nor_told_twice(served, job):
    async with served() as (model, server):
        first = await ask(job.services(model), **QUESTION)
        again = await ask(job.services(model), **QUESTION)
    assert first == again
    assert (len(server.bodies), len(job.spent), len(job.notes)) == (1, 1, 1)


async def test_another_question_is_another_call(served, job):
    async with served() as (model, server):
        await ask(job.services(model), **QUESTION)
        await ask(job.services(model), **{**QUESTION, "max_tokens": 300})
        await ask(job.services(model), **{**QUESTION, "system": "Other."})
    assert len(server.bodies) == len(job.notes) == 3


@pytest.mark.parametrize("fault", ["fenced", "thinking", "extra", "length"])
async def test_what_can_be_mended_is_not_asked_again(served, job, fault):
    async with served(fault) as (model, server):
        answer = await ask(job.services(model), **QUESTION)
    assert answer.findings[0].sentence == "The bridge was opened in 1887."
    assert len(server.bodies) == 1


@pytest.mark.parametrize("fault", ["invalid", "prose", "wrong_types", Say('{"findings": [{"sen', "length")])
async def test_what_cannot_be_mended_is_asked_again_once_and_both_are_paid(served, job, fault):
    async with served(fault) as (model, server):
        answer = await ask(job.services(model), **QUESTION)
    assert len(answer.findings) == 2
    assert len(server.bodies) == len(job.spent) == len(job.notes) == 2
    again = server.bodies[1]["messages"][1]["content"]
    assert again.startswith(QUESTION["user"])
    assert "Your last answer" in again


async def test_a_repair_is_recorded_too(served, job):
    async with served("prose") as (model, server):
        first = await ask(job.services(model), **QUESTION)
        assert await ask(job.services(model), **QUESTION) == first
    assert len(server.bodies) == 2


async def test_two_useless_answers_are_enough(served, job):
    async with served("prose", "wrong_types") as (model, server):
        with pytest.raises(ModelError, match=r"no usable answer to 'findings', asked twice \(findings: "):
            await ask(job.services(model), **QUESTION)
    assert len(server.bodies) == len(job.spent) == 2


@pytest.mark.parametrize("fault", ["null", "refusal", "filtered"])
async def test_a_refusal_is_not_asked_again(served, job, fault):
    async with served(fault) as (model, server):
        with pytest.raises(ModelError, match="refused, or filtered"):
            await ask(job.services(model), **QUESTION)
    assert len(server.bodies) == len(job.spent) == 1


@pytest.mark.parametrize("fault", ["unauthorized", "html"])
async def test_no_answer_costs_nothing_and_says_why(served, job, fault):
    async with served(*[fault] * 4) as (model, _):
        with pytest.raises(ModelError, match="model copied at"):
            await ask(job.services(model), **QUESTION)
    assert (job.spent, len(job.held), job.let_go, job.notes) == ([], 1, 1, {})


@pytest.mark.parametrize("fault", ["hang_up", "empty_choices"])
async def test_what_may_have_been_paid_is_asked_once_more_and_stays_held(served, job, fault):
    async with served(fault) as (model, _):
        assert (await ask(job.services(model), **QUESTION)).findings
    assert (len(job.held), job.let_go, len(job.spent)) == (2, 0, 1)


async def test_the_first_reason_is_told_when_asking_again_did_not_help(served, job):
    async with served("cut", "unauthorized") as (model, server):
        with pytest.raises(ModelError, match="the connection was lost before its whole answer was there"):
            await ask(job.services(model), **QUESTION)
    assert (len(server.bodies), len(job.held), job.let_go) == (2, 2, 1)


async def test_a_budget_has_to_have_room_for_both_calls_when_one_may_have_been_paid(served, job):
    async with served("cut") as (model, server):
        services = job.services(model)
        most = model.most(Prompt("findings", QUESTION["system"], QUESTION["user"], strict_schema(Findings), 400))
        store = memory_store("plan", Limits())
        await store.jobs.submit("j", "t", ResearchRequest(query="q", budget={"tokens": most.tokens * 3 // 2}))
        recall = Calls(store.ledger, await store.jobs.get("j"), "analyze")
        with pytest.raises(BudgetError, match="no room"):
            await ask(replace(services, recall=recall), **QUESTION)
    assert len(server.bodies) == 1


async def test_no_model_is_an_error_that_names_the_setting(job):
    with pytest.raises(ModelError, match=r"llm\.model"):
        await ask(job.services(None), **QUESTION)


async def test_a_budget_without_room_sends_nothing(served, job):
    job.tokens = 100
    async with served() as (model, server):
        with pytest.raises(BudgetError) as caught:
            await ask(job.services(model), **QUESTION)
    assert caught.value.reason is StopReason.BUDGET
    assert (server.bodies, job.notes) == ([], {})


async def test_no_call_is_made_when_the_time_is_over_but_recorded_answers_are_there(served, job):
    async with served() as (model, server):
        first = await ask(job.services(model), **QUESTION)
        job.left = 0.0
        assert await ask(job.services(model), **QUESTION) == first
        with pytest.raises(BudgetError) as caught:
            await ask(job.services(model), **{**QUESTION, "system": "Other."})
    assert caught.value.reason is StopReason.DEADLINE
    assert len(server.bodies) == job.let_go == 1


async def test_a_call_that_the_deadline_ends_is_late_not_broken(served, job):
    async with served("timeout") as (model, _):
        job.left = 0.03
        services = job.services(model)
        asked = asyncio.create_task(ask(services, **QUESTION))
        await asyncio.sleep(0.01)
        job.left = 0.0
        with pytest.raises(BudgetError) as caught:
            await asked
    assert (caught.value.reason, job.let_go) == (StopReason.DEADLINE, 0)


async def test_an_outage_of_the_store_goes_through(job):
    with pytest.raises(StoreUnavailableError):
        await ask(job.services(OneAnswer("", StoreUnavailableError("gone"))), **QUESTION)


ANSWER = json.dumps({"findings": [{"sentence": "The bridge was opened in 1887.", "passages": [1]}] * 2})
places = st.integers(0, len(ANSWER))
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["findings", "sentence", "x"]), inner),
    max_leaves=9,
)
texts = st.one_of(
    st.text(max_size=200),
    values.map(json.dumps),
    places.map(lambda end: ANSWER[:end]),
    st.builds(lambda at, text: ANSWER[:at] + text + ANSWER[at:], places, st.text(max_size=3)),
)


@settings(max_examples=50)
@given(text=texts)
@example(text="{" * 9_000)
@example(text='{"findings":' + "[" * 9_000)
@example(text='{"findings": [' + "9" * 9_000)
@example(text='{"findings": [{"sentence": "\\ud800", "passages": []}]}')
@example(text='{"findings": [{"sentence": "x", "passages": [1e999]}]}')
@example(text="{}" * 50_000)
def test_whatever_a_model_says_is_an_answer_or_a_model_error(job_at_work, text):
    model, error = OneAnswer(text), ""
    try:
        answer = asyncio.run(ask(job_at_work().services(model), **QUESTION))
    except ModelError as told:
        error = str(told)
    else:
        json.dumps(answer.model_dump(mode="json"), allow_nan=False, ensure_ascii=False).encode()
    assert len(error) < 1_000
    assert model.calls == 1 if not error or not text.strip() else model.calls == 2
