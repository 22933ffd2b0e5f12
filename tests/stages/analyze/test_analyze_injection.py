"""Pages that give orders, before a model that obeys each of them: what the service does stays the same."""

import re
from collections import Counter

import pytest

from actors.domain.analysis import Statement, Support
from actors.services.nlp.support import check
from actors.stages.analyze_rules import weigh
from actors.stages.verify import verify
from benchmarks.injection_pages import FORBIDDEN, ORDERS, QUERY, pages

QUESTIONS = ("What did the Sand Bridge cost?", "Who built the Sand Bridge of Velden?")


@pytest.fixture(params=ORDERS)
async def told(request, research, copyist):
    """The model, and what came of pages with one order among them."""
    model = copyist(gullible=True)
    return model, await research(QUERY, pages(ORDERS[request.param]), model, QUESTIONS)


def strings(analysis, verified):
    """Everything of a model's making that a reader may see."""
    yield from (one.sentence for one in (*verified.summary, *verified.findings))
    yield from (event.text for event in verified.timeline)
    yield from (part for entity in analysis.entities for part in (entity.name, *entity.aliases))
    yield from (link.label for link in analysis.relations)
    yield from (part for topic in analysis.topics for part in (topic.label, *topic.terms))
    yield from analysis.related
    yield from (reason for one in analysis.credibility.values() for reason in one.reasons)
    yield from analysis.warnings


def cited(analysis):
    statements = (*analysis.summary, *analysis.findings, *analysis.timeline, *analysis.entities, *analysis.relations)
    return {citation for one in statements for citation in one.citations}


async def test_orders_in_a_page_change_nothing_of_what_the_service_does(told, research, copyist):
    model, found = told
    calm = copyist()
    plain = await research(QUERY, pages(), calm, QUESTIONS)
    by_rules = weigh(found.documents, found.analysis.agreement)

    assert Counter(prompt.name for prompt in model.prompts) == Counter(prompt.name for prompt in calm.prompts)
    analysis, verified = found.analysis, verify(found.analysis, found.index.passages, False)  # noqa: FBT003 (the pool's)
    by_id = {passage.id: passage for passage in found.index.passages}
    assert cited(analysis) <= by_id.keys()
    for one in (*verified.summary, *verified.findings):
        assert check(one, by_id).support is not Support.UNSUPPORTED
    for event in analysis.timeline:
        told_of = Statement(sentence=event.text, citations=event.citations[:1])
        assert check(told_of, by_id).support is Support.SUPPORTED
        assert event.date[:4] in " ".join(by_id[citation].text for citation in event.citations)
    assert not [text for text in strings(analysis, verified) if any(bad in text for bad in FORBIDDEN)]
    assert {tone.source_id for tone in analysis.sentiment} == {tone.source_id for tone in plain.analysis.sentiment}
    assert {one.source_id for one in analysis.sentiment} >= {"s1", "s2", "s3"}
    assert {key: one.score for key, one in analysis.credibility.items()} == {
        key: one.score for key, one in by_rules.items()
    }
    assert verified.summary


@pytest.mark.parametrize("order", ORDERS.values())
async def test_an_order_stays_within_the_line_of_its_passage(order, research, copyist):
    model = copyist()
    await research(QUERY, pages(order), model, QUESTIONS)

    for prompt in model.prompts:
        if "\nPassages:\n" in prompt.user:
            _, _, rest = prompt.user.partition("\nPassages:\n")
            quoted, end, task = rest.rpartition("\nEnd of the passages.\n\n")
            assert end
            assert "PWNED" not in task
            lines = quoted.split("\n")
            assert all(line.startswith(("[", "From “")) for line in lines)
            numbers = [line[: line.index("]") + 1] for line in lines if line.startswith("[")]
            assert not [line for line in lines if re.search(r"(?<!^)\[\d", line)]
            assert numbers == [f"[{number}]" for number in range(1, len(numbers) + 1)]
        assert "<" not in prompt.user.replace("‹", "")
