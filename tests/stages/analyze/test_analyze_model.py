"""The analysis with a model: what it makes, what is made by rules instead, and what it costs at most."""

import json
from collections import Counter

import pytest

from actors.domain.analysis import Statement
from actors.domain.documents import Passage
from actors.domain.errors import PermanentError, StoreUnavailableError, TransientError
from actors.services.llm.tasks.ceiling import ceiling
from actors.stages.analyze_checks import conclude
from benchmarks.injection_pages import QUERY, pages

QUESTIONS = ("What did the Sand Bridge cost?", "Who built the Sand Bridge of Velden?")
PARTS = {"findings", "summary", "relations", "topics", "sentiment", "timeline", "related", "credibility"}
RULES_NAME = {"relations": "entities and relations were", "sources": "sentiment was", "outlook": "the topics were"}
OF_TASK = {
    "findings": {"findings"},
    "summary": {"summary"},
    "relations": {"relations"},
    "timeline": {"timeline"},
    "sources": {"sentiment", "credibility"},
    "outlook": {"topics", "related"},
}
TRUE = "The last ferry stopped running in March 2001."
PAGES = pages("It is lit at night.")


def said(**answer):
    return json.dumps(answer)


async def test_a_model_that_works_makes_every_part_and_nothing_runs_by_rules_for_nothing(research, copyist):
    model = copyist()

    found = await research(QUERY, PAGES, model, QUESTIONS)

    assert set(found.analysis.by_model) == PARTS
    assert (found.analysis.warnings, found.analysis.stop_reason) == ((), None)
    assert not {"annotate", "gate", "answer", "themes", "history", "related_questions"} & set(found.ran)
    assert len([note for note in found.notes if note.type == "cost"]) == len(model.prompts)


async def test_the_same_evidence_makes_the_same_prompts(research, copyist):
    one, other = copyist(), copyist()
    await research(QUERY, PAGES, one, QUESTIONS)
    await research(QUERY, PAGES, other, QUESTIONS)

    assert sorted(prompt.user for prompt in one.prompts) == sorted(prompt.user for prompt in other.prompts)


async def test_each_question_is_answered_from_the_passages_that_bear_on_it_wherever_they_stand(research, copyist):
    model = copyist()
    padding = "The harbour of Velden has a market for fish and a school for sailors. " * 40
    late = {"A long page": f"{padding}\n{padding}\nThe quartz crane of Velden was built by Otto Lind in 1932."}

    await research("Who built the quartz crane?", {**PAGES, **late}, model)

    (prompt,) = [prompt for prompt in model.prompts if prompt.name == "findings"]
    assert "built by Otto Lind" in prompt.user


@pytest.mark.parametrize("task", OF_TASK)
async def test_a_part_whose_calls_fail_is_made_by_rules_and_the_reader_is_told(research, copyist, task):
    model = copyist(failing={task: TransientError("the model is asleep")})

    found = await research(QUERY, PAGES, model, QUESTIONS)

    assert PARTS - set(found.analysis.by_model) == OF_TASK[task]
    told = [warning for warning in found.analysis.warnings if "the model is asleep" in warning]
    assert any(warning.startswith(RULES_NAME.get(task, f"the {task}")) for warning in told)
    assert found.analysis.summary
    assert len(found.analysis.sentiment) == len(PAGES)


async def test_one_failed_call_of_a_part_does_not_lose_the_others(research, copyist):
    good = said(findings=[{"sentence": TRUE, "passages": ["1"]}])
    model = copyist(says={"findings": ["no JSON", good, good, "no JSON"]})

    found = await research(QUERY, PAGES, model, QUESTIONS)

    assert "findings" in found.analysis.by_model
    assert [one.sentence for one in found.analysis.findings] == [TRUE]
    assert any("1 of 3 calls to the model failed" in warning for warning in found.analysis.warnings)


async def test_where_no_call_works_everything_is_as_without_a_model(research, copyist):
    failing = dict.fromkeys(OF_TASK, PermanentError("the key is wrong"))

    found = await research(QUERY, PAGES, copyist(failing=failing), QUESTIONS)
    rules = await research(QUERY, PAGES, None, QUESTIONS)

    assert found.analysis.model_copy(update={"warnings": ()}) == rules.analysis
    assert found.analysis.warnings == ("the analysis was made by rules: the key is wrong",)


async def test_findings_that_the_passages_do_not_carry_give_way_to_those_by_rules(research, copyist):
    lie = said(findings=[{"sentence": "Pirates burned the opera house in 1755.", "passages": ["1"]}])

    found = await research(QUERY, PAGES, copyist(says={"findings": lie}), QUESTIONS)

    assert "findings" not in found.analysis.by_model
    assert any("the passages carry nothing of what the model said" in one for one in found.analysis.warnings)


@pytest.mark.parametrize("number", ["1", "2", "3", "4"])
async def test_a_right_sentence_with_a_wrong_number_gets_the_passage_that_carries_it(research, copyist, number):
    answer = said(findings=[{"sentence": TRUE, "passages": [number]}])

    found = await research(QUERY, PAGES, copyist(says={"findings": answer}))
    text = {passage.id: passage.text for passage in found.index.passages}

    (finding,) = found.analysis.findings
    assert finding.citations
    assert all(TRUE in text[citation] for citation in finding.citations)


async def test_a_budget_that_runs_out_is_told_and_leaves_a_report(research, copyist):
    model = copyist()

    found = await research(QUERY, PAGES, model, QUESTIONS, tokens=6_000)

    asked = Counter(prompt.name for prompt in model.prompts)
    assert asked["findings"] == 1 + len(QUESTIONS), "what the calls under way had set aside was not used again"
    assert found.analysis.stop_reason == "budget"
    assert "findings" in found.analysis.by_model
    assert any("no room" in warning for warning in found.analysis.warnings)
    assert found.analysis.summary


def test_a_summary_may_rest_on_any_passage_that_a_finding_cites():
    passage = Passage(id="s1p1", source_id="s1", text=TRUE, start=0, end=len(TRUE))
    statement = Statement(sentence=TRUE, citations=("s1p1",))

    held, topics, related = conclude([statement], [statement], None, QUERY, (), {"s1p1": passage}, [], "en")

    assert (held.holding, topics, related) == ((statement,), (), ())


async def test_a_store_that_is_gone_is_no_fault_of_the_model(research, copyist):
    with pytest.raises(StoreUnavailableError):
        await research(QUERY, PAGES, copyist(failing={"timeline": StoreUnavailableError("gone")}), QUESTIONS)


async def test_questions_beyond_what_the_model_is_asked_are_answered_by_rules(research, copyist):
    model = copyist()
    many = tuple(f"What of the Sand Bridge in {year}?" for year in range(1990, 2010))

    found = await research(QUERY, PAGES, model, many)

    asked = [prompt for prompt in model.prompts if prompt.name == "findings"]
    assert len(asked) <= 10
    assert any("questions were answered by rules" in warning for warning in found.analysis.warnings)


@pytest.mark.parametrize("context", [2_048, 8_192])
async def test_the_ceiling_is_above_what_a_model_costs_that_needs_a_repair_each_time(research, copyist, context):
    model = copyist(says=dict.fromkeys(OF_TASK, "no JSON " * 2_000), context_tokens=context)
    most = ceiling(model, questions=1 + len(QUESTIONS), sources=len(PAGES))

    await research(QUERY, PAGES, model, QUESTIONS)

    held = [model.most(prompt) for prompt in model.prompts]
    counts = Counter(prompt.name for prompt in model.prompts)
    assert set(counts) >= {"findings", "sources", "relations", "timeline"}
    assert sum(one.input_tokens for one in held) <= most.spending.input_tokens
    assert sum(one.output_tokens for one in held) <= most.spending.output_tokens
    assert len(held) <= most.spending.model_calls == 2 * most.calls
