"""Each part of the analysis from the model's answers, or by rules, with a word to the reader where that was so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from actors.domain.analysis import Entity, Relation, SourceSentiment, TimelineEvent
from actors.domain.documents import Credibility, Passage, Source
from actors.services.base import Services
from actors.services.llm.tasks import findings, relations, sources, timeline
from actors.services.llm.tasks.base import Call
from actors.services.llm.tasks.dated import timeline as dated_events
from actors.services.llm.tasks.named import entities as named_entities
from actors.services.nlp.sentences import passage_sentences
from actors.stages.analyze_checks import Held, hold
from actors.stages.analyze_fallback import Fallback
from actors.stages.analyze_packed import packed, unpacked
from actors.stages.analyze_prompts import Prepared
from actors.stages.asking_many import Outcome

T = TypeVar("T")

_NAMES = {
    "findings": "the findings were",
    "summary": "the summary was",
    "relations": "entities and relations were",
    "timeline": "the timeline was",
    "sentiment": "sentiment was",
    "credibility": "the reasons for credibility were",
    "topics": "the topics were",
    "related": "the related questions were",
}


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A part of the analysis, whether the model made it, and what the reader should know."""

    value: T
    by_model: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What the parts are made of. `passages` are those of the sources in the language of the research."""

    services: Services
    rules: Fallback
    prepared: Prepared
    passages: tuple[Passage, ...]
    sources: Mapping[str, Source]
    outcomes: tuple[Outcome, ...] = field(default=())

    def of(self, task: str) -> list[Outcome]:
        """The outcomes of one task's calls."""
        return [outcome for outcome in self.outcomes if outcome.call.task == task]

    @property
    def language(self) -> str:
        """Of the research."""
        return self.prepared.language


def by_rules_because(part: str, outcomes: Sequence[Outcome], otherwise: str) -> str:
    """The warning for a part that the model did not make."""
    reasons = [str(outcome.error) for outcome in outcomes if outcome.error is not None]
    return f"{_NAMES[part]} made by rules: {reasons[0] if reasons else otherwise}"


def incomplete(part: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """The warning for a part of which some calls failed."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if not failed:
        return ()
    share = f"{len(failed)} of {len(outcomes)} calls to the model failed"
    return (f"{_NAMES[part]} made from less: {share}: {failed[0].error}",)


async def make_findings(desk: Desk) -> Part[Held]:
    """The model's statements, with the rules' where it was not asked, or has said nothing that holds."""
    outcomes = desk.of(findings.FINDINGS.name)
    told = [
        (statement, outcome.call.given)
        for outcome in outcomes
        if isinstance(outcome.answer, findings.FindingsAnswer)
        for statement in findings.statements(outcome.answer, outcome.call)
    ]
    cited = {passage_id for _, given in told for passage_id in given}
    by_id = {passage.id: passage for passage in desk.passages if passage.id in cited}
    held = await desk.services.pool.run(hold, told, by_id, desk.language) if told else Held((), ())
    if not outcomes:
        return Part(held, by_model=False)
    if not held.holding:
        rules = await desk.rules.answers()
        why = by_rules_because("findings", outcomes, "the passages carry nothing of what the model said")
        quoted = Held(rules.findings, (*rules.summary, *rules.findings))
        return Part(quoted, by_model=False, warnings=(why,))
    warnings = incomplete("findings", outcomes)
    if desk.prepared.unasked:
        more = [one for one in (await desk.rules.answers()).findings if one.question in desk.prepared.unasked]
        held = Held((*held.statements, *more), (*held.holding, *more))
        count = len(desk.prepared.unasked)
        warnings += (f"{count} of the questions were answered by rules: they were more than the model is asked",)
    return Part(held, by_model=True, warnings=warnings)


async def make_relations(desk: Desk) -> Part[tuple[tuple[Entity, ...], tuple[Relation, ...]]]:
    """Entities and relations."""
    outcomes = desk.of(relations.RELATIONS.name)
    answers: list[tuple[relations.RelationsAnswer, Call]] = [
        (outcome.answer, outcome.call) for outcome in outcomes if isinstance(outcome.answer, relations.RelationsAnswer)
    ]
    if answers:
        quotable = desk.prepared.material
        found = await desk.services.pool.run(find_named, answers, packed(desk.passages), desk.language, quotable)
        if found[0]:
            return Part(found, by_model=True, warnings=incomplete("relations", outcomes))
    if not outcomes:
        return Part(((), ()), by_model=False)
    why = by_rules_because("relations", outcomes, "the model named nothing that stands in the sources")
    return Part(await desk.rules.entities(), by_model=False, warnings=(why,))


def find_named(
    answers: Sequence[tuple[relations.RelationsAnswer, Call]], passages: bytes, language: str, quotable: frozenset[str]
) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    """The entities and relations that stand in packed passages; for the pool."""
    return named_entities(answers, unpacked(passages), language, quotable=quotable)


async def make_timeline(desk: Desk) -> Part[tuple[TimelineEvent, ...]]:
    """What happened when; without a passage that holds a year there is nothing to tell."""
    outcomes = desk.of(timeline.TIMELINE.name)
    answers: list[tuple[timeline.TimelineAnswer, Call]] = [
        (outcome.answer, outcome.call) for outcome in outcomes if isinstance(outcome.answer, timeline.TimelineAnswer)
    ]
    if answers:
        given = {passage_id for _, call in answers for passage_id in call.given}
        by_id = {passage.id: passage for passage in desk.passages if passage.id in given}
        found = await desk.services.pool.run(dated_events, answers, by_id, dict(desk.sources), desk.language)
        if found:
            return Part(found, by_model=True, warnings=incomplete("timeline", outcomes))
    if not outcomes:
        return Part((), by_model=False)
    why = by_rules_because("timeline", outcomes, "the model told no event with a date that stands in the sources")
    return Part(await desk.rules.timeline(), by_model=False, warnings=(why,))


def source_answers(desk: Desk) -> dict[str, sources.SourceAnswer]:
    """What the model said of each source."""
    found: dict[str, sources.SourceAnswer] = {}
    for outcome in desk.of(sources.SOURCES.name):
        if isinstance(outcome.answer, sources.SourcesAnswer):
            found |= sources.told(outcome.answer, outcome.call)
    return found


async def make_sentiment(desk: Desk, told: Mapping[str, sources.SourceAnswer]) -> Part[tuple[SourceSentiment, ...]]:
    """The tone of each source: the model's, and by rules, from the same excerpt, of those that it did not judge."""
    outcomes = desk.of(sources.SOURCES.name)
    counts = {passage.id: passage for passage in desk.passages if passage.id in desk.prepared.excerpts.values()}
    tones = {
        source_id: sources.sentiment(source_id, one, len(passage_sentences(counts[desk.prepared.excerpts[source_id]])))
        for source_id, one in told.items()
    }
    excerpts = frozenset(desk.prepared.excerpts.values())
    read = [one for one in desk.passages if one.source_id not in tones and (not told or one.id in excerpts)]
    tones |= {tone.source_id: tone for tone in await desk.rules.sentiment(read, desk.language)}
    ordered = tuple(tones[source_id] for source_id in desk.sources if source_id in tones)
    if told:
        return Part(ordered, by_model=True, warnings=incomplete("sentiment", outcomes))
    why = by_rules_because("sentiment", outcomes, "the model judged no source")
    return Part(ordered, by_model=False, warnings=(why,) if outcomes else ())


def make_credibility(
    desk: Desk, told: Mapping[str, sources.SourceAnswer], weighed: Mapping[str, Credibility]
) -> Part[dict[str, Credibility]]:
    """The rules' score, which no page can talk up, with the model's signs among the reasons."""
    made = dict(weighed)
    for source_id, one in told.items():
        if source_id in made and one.signs:
            reasons = (
                *made[source_id].reasons,
                *(f"{sign} (as the model reads it)" for sign in dict.fromkeys(one.signs)),
            )
            made[source_id] = made[source_id].model_copy(update={"reasons": reasons})
    outcomes = desk.of(sources.SOURCES.name)
    if told:
        return Part(made, by_model=True)
    why = by_rules_because("credibility", outcomes, "the model judged no source")
    return Part(made, by_model=False, warnings=(why,) if outcomes else ())
