"""What a reader is shown, chosen and ordered once: the page and the Markdown tell the same, with the same numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from actors.domain.analysis import Agreement, Claim, Entity, Relation, Report, Statement, Support, TimelineEvent
from actors.domain.documents import Source, SourceStatus
from actors.services.report.quotes import Citing, Quote, number_quotes

MOST_EVENTS, MOST_ENTITIES, MOST_RELATIONS, MOST_AGREEMENTS = 40, 28, 22, 16
_MOST_QUOTES = 90


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement and the place it has in the report."""

    anchor: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Group:
    """The findings that answer one question; an empty question stands for the whole."""

    question: str
    findings: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """The report as shown. `quotes` are by passage id, `sources` by source id, and both keep their order."""

    report: Report
    answer: tuple[Shown, ...]
    groups: tuple[Group, ...]
    disagreements: tuple[tuple[str, Agreement], ...]
    agreements: tuple[tuple[str, Agreement], ...]
    events: tuple[tuple[str, TimelineEvent], ...]
    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    names: Mapping[str, str]
    sources: Mapping[str, Source]
    quotes: Mapping[str, Quote]

    @property
    def read(self) -> int:
        """How many sources were read."""
        return sum(source.status is SourceStatus.READ for source in self.report.sources)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every published statement."""
        return (*self.report.summary, *self.report.findings)

    @property
    def verbatim(self) -> int:
        """How many statements stand word for word in a passage they cite."""
        return sum(
            any(each.sentence in self.quotes[key].passage.text for key in each.citations if key in self.quotes)
            for each in self.statements
        )

    @property
    def unread(self) -> tuple[Source, ...]:
        """The sources that were not read."""
        return tuple(source for source in self.report.sources if source.status is not SourceStatus.READ)

    def with_support(self, support: Support) -> int:
        """How many statements have this support."""
        return sum(statement.support == support for statement in self.statements)


def content(report: Report) -> Content:
    """Choose, order and number."""
    answer = tuple(Shown(f"answer-{number}", each) for number, each in enumerate(report.summary, 1))
    groups = _groups(report)
    compared = [(f"compared-{number}", each) for number, each in enumerate(_ranked(report.agreement), 1)]
    events = tuple((f"event-{number}", each) for number, each in enumerate(_in_time(report.timeline), 1))
    entities = tuple(sorted(report.entities, key=lambda each: (-each.mentions, each.name, each.id))[:MOST_ENTITIES])
    relations = tuple(sorted(report.relations, key=_by_weight)[:MOST_RELATIONS])
    statements = [*_said("Answer", answer), *_said("Finding", [each for group in groups for each in group.findings])]
    first = [*statements, *_claims(compared), *_told(events)]
    return Content(
        report=report,
        answer=answer,
        groups=groups,
        disagreements=tuple(each for each in compared if each[1].verdict == "disagree"),
        agreements=tuple(each for each in compared if each[1].verdict == "agree"),
        events=events,
        entities=entities,
        relations=relations,
        names={entity.id: entity.name for entity in report.entities},
        sources={source.id: source for source in report.sources},
        quotes=number_quotes(report, [*first, *_mentions(first, entities, relations)]),
    )


def _groups(report: Report) -> tuple[Group, ...]:
    """By question, in the order in which they come; numbered as they are read."""
    by_question: dict[str, list[Statement]] = {}
    for finding in report.findings:
        by_question.setdefault(finding.question, []).append(finding)
    groups, number = [], 0
    for question, findings in by_question.items():
        shown = tuple(Shown(f"finding-{number + place}", each) for place, each in enumerate(findings, 1))
        number += len(findings)
        groups.append(Group(question, shown))
    return tuple(groups)


def _ranked(agreement: Sequence[Agreement]) -> list[Agreement]:
    """Disagreements first: they are what a reader has to judge."""
    return sorted(agreement, key=lambda each: each.verdict == "agree")[:MOST_AGREEMENTS]


def _in_time(events: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    def when(event: TimelineEvent) -> tuple[int, str]:
        year, *finer = event.date.removeprefix("-").split("-")
        return int(year) * (-1 if event.date.startswith("-") else 1), "-".join(finer)

    return sorted(events, key=when)[:MOST_EVENTS]


def _by_weight(relation: Relation) -> tuple[int, str, str, str]:
    return -relation.weight, relation.source, relation.target, relation.label


def _said(kind: str, shown: Sequence[Shown]) -> Iterator[Citing]:
    for number, each in enumerate(shown, 1):
        yield Citing(each.anchor, f"{kind} {number}", each.statement.citations, statement=each.statement)


def _claims(compared: Sequence[tuple[str, Agreement]]) -> Iterator[Citing]:
    for number, (anchor, agreement) in enumerate(compared, 1):
        for claim in agreement.claims:
            yield _claim(anchor, number, claim)


def _claim(anchor: str, number: int, claim: Claim) -> Citing:
    return Citing(anchor, f"Comparison {number}", (claim.citation,), sentence=claim.sentence)


def _told(events: Sequence[tuple[str, TimelineEvent]]) -> Iterator[Citing]:
    for number, (anchor, event) in enumerate(events, 1):
        yield Citing(anchor, f"Event {number}", event.citations, sentence=event.text)


def _mentions(before: Sequence[Citing], entities: Sequence[Entity], relations: Sequence[Relation]) -> Iterator[Citing]:
    """Names and links show up to three passages quoted already, or one more: or they would double the report."""
    quoted = {citation for citing in before for citation in citing.citations}
    for citations, anchor, label in (
        *((each.citations, "entities", "Names") for each in entities),
        *((each.citations, "entities", "Links") for each in relations),
    ):
        known = [citation for citation in citations if citation in quoted][:3]
        room = len(quoted) < _MOST_QUOTES
        chosen = tuple(known or citations[: 1 if room else 0])
        quoted.update(chosen)
        yield Citing(anchor, label, chosen)
