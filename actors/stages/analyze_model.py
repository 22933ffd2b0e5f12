"""The analysis by a model in two waves of calls; what it cannot make, or makes of nothing, is made by rules."""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actors.domain.analysis import Agreement, Entity, Relation, Statement, Topic
from actors.domain.artefacts import Analysis, Collection, Index
from actors.domain.documents import Credibility, Document, Passage
from actors.services.base import Services
from actors.services.llm.tasks import findings, outlook, relations, sources, summary, timeline
from actors.services.llm.tasks.base import Call
from actors.services.nlp.agreement import agreements
from actors.services.nlp.keyphrases import key_phrases
from actors.services.nlp.sentences import is_prose, passage_sentences
from actors.stages.analyze_checks import Held, conclude
from actors.stages.analyze_fallback import Fallback
from actors.stages.analyze_packed import packed
from actors.stages.analyze_parts import (
    Desk,
    Part,
    by_rules_because,
    make_credibility,
    make_findings,
    make_relations,
    make_sentiment,
    make_timeline,
    source_answers,
)
from actors.stages.analyze_prompts import Prepared, prepare
from actors.stages.analyze_rules import by_rules, left_out, weigh
from actors.stages.asking_many import Outcome, ask_all, meanwhile, stop_reason
from actors.stages.likeness import liken

STAGE = "analyze"
TASKS = {
    task.name: task
    for task in (
        findings.FINDINGS,
        sources.SOURCES,
        relations.RELATIONS,
        timeline.TIMELINE,
        summary.SUMMARY,
        outlook.OUTLOOK,
    )
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules find in the passages that bear on the questions, whatever the model does."""

    agreement: tuple[Agreement, ...]
    key_phrases: tuple[tuple[str, float], ...]
    credibility: dict[str, Credibility]


async def by_model(
    query: str, questions: Sequence[str], collection: Collection, index: Index, services: Services
) -> Analysis:
    """The whole analysis; the first question is the query. Where no call of the first wave works, all is by rules."""
    prepared, notes = await _prepared(questions, collection, index, services)
    documents = [each for each in collection.documents if each.source.id in prepared.sources]
    passages = tuple(passage for passage in index.passages if passage.source_id in prepared.sources)
    material = [passage for passage in passages if passage.id in prepared.material]
    async with meanwhile(ask_all(services, STAGE, prepared.calls, TASKS)) as asking:
        facts = await services.pool.run(find_facts, documents, material, prepared.language)
        outcomes = await asking
    if not any(outcome.answer is not None for outcome in outcomes):
        return _by_rules_alone(await by_rules(query, questions, collection, index, services), outcomes)
    rules = Fallback(query, questions, collection, index, services)
    known = {document.source.id: document.source for document in documents}
    desk = Desk(services, rules, prepared, passages, known, tuple(outcomes))
    told = await make_findings(desk)
    judged = source_answers(desk)
    async with meanwhile(_second_wave(query, told.value, facts, desk)) as asking:
        named, events, tones = await gather(make_relations(desk), make_timeline(desk), make_sentiment(desk, judged))
        second = await asking
    ended = await _ended(query, told.value, second, facts, material, desk, named.value)
    weighed = make_credibility(desk, judged, facts.credibility)
    parts: dict[str, Part[Any]] = {
        "findings": told,
        "relations": named,
        "timeline": events,
        "sentiment": tones,
        "credibility": weighed,
        "summary": ended.summary,
        "topics": ended.topics,
        "related": ended.related,
    }
    entities, links = named.value
    return Analysis(
        language=prepared.language,
        summary=ended.summary.value,
        findings=told.value.statements,
        entities=entities,
        relations=links,
        topics=ended.topics.value,
        sentiment=tones.value,
        timeline=events.value,
        related=ended.related.value,
        agreement=facts.agreement,
        key_phrases=facts.key_phrases,
        credibility=weighed.value,
        by_model=tuple(name for name, part in parts.items() if part.by_model),
        warnings=(
            *notes,
            *left_out(collection.documents, prepared.language, prepared.sources, only_english=False),
            *dict.fromkeys(warning for part in parts.values() for warning in part.warnings),
        ),
        stop_reason=stop_reason([*outcomes, *second]),
    )


async def _prepared(
    questions: Sequence[str], collection: Collection, index: Index, services: Services
) -> tuple[Prepared, tuple[str, ...]]:
    """The first wave, and warnings."""
    read = [(document.source, len(document.text)) for document in collection.documents]
    likened = await liken(questions, index, services)
    context = services.model.context_tokens if services.model is not None else 0
    passages = packed(index.passages)
    made = await services.pool.run(prepare, questions, likened.texts, read, passages, likened.passages, context)
    return made, likened.warnings


def find_facts(documents: Sequence[Document], passages: Sequence[Passage], language: str) -> Facts:
    """Agreement, key phrases and credibility; for the pool."""
    sentences = [one for passage in passages for one in passage_sentences(passage) if is_prose(one.text)]
    published = {document.source.id: document.source.published for document in documents}
    agreed = tuple(agreements([(one, published[one.source_id]) for one in sentences], language=language))
    texts: dict[str, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.source_id, []).append(passage.text)
    phrases = key_phrases(["\n".join(own) for own in texts.values()], language=language)
    return Facts(agreed, tuple(phrases), weigh(documents, agreed))


def _by_rules_alone(analysis: Analysis, outcomes: Sequence[Outcome]) -> Analysis:
    """Everything by rules, and why."""
    reasons = dict.fromkeys(str(outcome.error) for outcome in outcomes if outcome.error is not None)
    warnings = [f"the analysis was made by rules: {reason}" for reason in list(reasons)[:1]]
    return analysis.model_copy(
        update={"warnings": (*analysis.warnings, *warnings), "stop_reason": stop_reason(outcomes)}
    )


async def _second_wave(query: str, told: Held, facts: Facts, desk: Desk) -> list[Outcome]:
    """The summary, and topics with related questions: both from findings that hold."""
    context = desk.services.model.context_tokens if desk.services.model is not None else 0
    phrases = [phrase for phrase, _ in facts.key_phrases]
    calls: list[Call] = []
    if (asked := summary.call(query, told.holding, context)) is not None:
        calls.append(asked)
    calls.append(outlook.call(query, told.holding, phrases, list(desk.sources.values()), context))
    return await ask_all(desk.services, STAGE, calls, TASKS)


@dataclass(frozen=True, slots=True)
class _Ended:
    summary: Part[tuple[Statement, ...]]
    topics: Part[tuple[Topic, ...]]
    related: Part[tuple[str, ...]]


async def _ended(
    query: str,
    told: Held,
    second: Sequence[Outcome],
    facts: Facts,
    material: Sequence[Passage],
    desk: Desk,
    named: tuple[tuple[Entity, ...], tuple[Relation, ...]],
) -> _Ended:
    """The parts of the second wave, as far as they hold, else by rules."""
    sums = [outcome for outcome in second if outcome.call.task == summary.SUMMARY.name]
    views = [outcome for outcome in second if outcome.call.task == outlook.OUTLOOK.name]
    phrases = [phrase for phrase, _ in facts.key_phrases]
    said = [
        statement
        for outcome in sums
        if isinstance(outcome.answer, summary.SummaryAnswer)
        for statement in summary.statements(outcome.answer, outcome.call, told.holding)
    ]
    view = next((outcome.answer for outcome in views if isinstance(outcome.answer, outlook.OutlookAnswer)), None)
    ids = {citation for finding in told.holding for citation in finding.citations}
    cited = {passage.id: passage for passage in desk.passages if passage.id in ids}
    held, topics, related = await desk.services.pool.run(
        conclude, said, told.holding, view, query, phrases, cited, material, desk.language
    )
    short: Part[tuple[Statement, ...]] = Part(held.statements, by_model=True)
    if not held.holding:
        why = by_rules_because("summary", sums, "the passages carry nothing of what the model said")
        short = Part((await desk.rules.answers()).summary, by_model=False, warnings=(why,))
    themes = Part(topics, by_model=True)
    if not topics:
        why = by_rules_because("topics", views, "the model named none that the sources hold")
        themes = Part(await desk.rules.topics(material, desk.language), by_model=False, warnings=(why,))
    further = Part(related, by_model=True)
    if not related:
        why = by_rules_because("related", views, "the model asked nothing about what the sources tell")
        by_rule = await desk.rules.related(named[0], facts.key_phrases, named[1])
        further = Part(by_rule, by_model=False, warnings=(why,))
    return _Ended(short, themes, further)
