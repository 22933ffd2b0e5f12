"""Reports to render: true to life, of any size, empty, and written by people who mean harm."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from actors.domain.analysis import (
    Agreement,
    Claim,
    Entity,
    EntityType,
    Quality,
    Relation,
    Report,
    SourceSentiment,
    Span,
    Statement,
    Support,
    TimelineEvent,
    Topic,
)
from actors.domain.documents import Credibility, Kind, Media, Passage, Source, SourceStatus
from actors.domain.job import JobStatus, Spending, StopReason, Usage

Made = tuple[Report, dict[str, str]]

KINDS: tuple[EntityType, ...] = ("person", "organization", "place", "event", "work", "product", "group")
SENTENCES = (
    "The harbour of Esbjerg handled {} tonnes of turbine parts in the year {}.",
    "Inspectors of the port authority, led by Karen Holm, counted {} cranes on 3 May {}.",
    "According to the yearbook, {} workers had been trained by the end of {}, most of them in Ribe.",
    "A storm closed the outer quay for {} hours in November {}, and the insurers paid without delay.",
    "Critics say that {} households were never asked before the enlargement of {} began.",
)


def make_text(number: int, paragraphs: int = 12) -> str:
    """Prose whose sentences differ from source to source and from line to line."""
    lines = []
    for line in range(paragraphs):
        sentences = [
            each.format(100 * number + 7 * line + place, 1950 + (number * 7 + line * 3 + place) % 75)
            for place, each in enumerate(SENTENCES)
        ]
        lines.append(" ".join(sentences))
    return "\n".join(lines)


def make_source(number: int, text: str, **changes: Any) -> Source:
    """A source that was read, unless the changes say otherwise."""
    fields: dict[str, Any] = {
        "id": f"s{number}",
        "url": f"https://news{number}.example/harbour/2023/the-long-way-to-a-deeper-port-{number}?page={number}&view=full",
        "title": f"The long way to a deeper port, part {number}",
        "author": "Ane Birk",
        "site": "West Coast News",
        "published": "2023-05-03",
        "language": "en",
        "fetched_at": "2026-03-04T10:00:00+00:00",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "status": SourceStatus.READ,
        "credibility": Credibility(score=0.72, reasons=("names an author", "dated", "agrees with 2 other sources")),
    }
    return Source(**{**fields, **changes})


def split(source: Source, text: str) -> list[Passage]:
    """Each line a passage."""
    found, start = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        end = start + len(line)
        found.append(Passage(id=f"{source.id}p{number}", source_id=source.id, text=line, start=start, end=end))
        start = end + 1
    return found


def state(passage: Passage, question: str = "", support: Support = Support.SUPPORTED) -> Statement:
    """The passage's second sentence (or all of it), cited word for word."""
    sentence = passage.text.split(". ")[1] + "." if passage.text.count(". ") > 1 else passage.text
    start = passage.start + passage.text.index(sentence)
    return Statement(
        sentence=sentence,
        citations=(passage.id,),
        question=question,
        support=support,
        coverage=0.7,
        missing=("1987", "Geneva") if support is Support.PARTIAL else (),
        evidence=(Span(passage_id=passage.id, start=start, end=start + len(sentence)),),
    )


def _entities(sources: Sequence[Source], passages: Sequence[Passage], count: int) -> tuple[Entity, ...]:
    names = ("Karen Holm", "Port of Esbjerg", "Ribe", "Storm Allan", "The Yearbook", "Crane K4", "Quay Workers")
    return tuple(
        Entity(
            id=f"e{number}",
            name=f"{names[number % 7]} {number // 7 + 1}" if number >= len(names) else names[number],
            type=KINDS[number % 7],
            mentions=max(40 - number, 1),
            sources=(sources[number % len(sources)].id,),
            citations=tuple(passage.id for passage in passages[number : number + 5]),
        )
        for number in range(count)
    )


def _relations(entities: Sequence[Entity]) -> tuple[Relation, ...]:
    pairs = [(one, (one * 3 + 1) % len(entities)) for one in range(len(entities))] if entities else []
    return tuple(
        Relation(
            source=entities[one].id,
            target=entities[other].id,
            label="counted" if one % 2 else "appears with",
            weight=1 + one % 4,
            citations=entities[one].citations[:2],
        )
        for one, other in pairs
        if one != other
    )


def _agreement(passages: Sequence[Passage]) -> tuple[Agreement, ...]:
    def claim(passage: Passage, value: str) -> Claim:
        sentence = passage.text.split(". ")[0] + "."
        return Claim(source_id=passage.source_id, value=value, sentence=sentence, citation=passage.id)

    pairs = list(zip(passages[::2], passages[1::2], strict=False))[:4]
    return tuple(
        Agreement(
            kind="number",
            about=f"tonnes of turbine parts, {number}",
            verdict="disagree" if number % 2 else "agree",
            claims=(claim(one, "107 tonnes"), claim(other, "2,100 tonnes")),
        )
        for number, (one, other) in enumerate(pairs)
    )


def make_report(read: int = 20, failed: int = 2, findings: int = 30, events: int = 40, entities: int = 40) -> Made:
    """A completed report over `read` sources, and their texts."""
    texts = {f"s{number}": make_text(number) for number in range(1, read + 1)}
    sources = [make_source(number, texts[f"s{number}"]) for number in range(1, read + 1)]
    passages = [passage for source in sources for passage in split(source, texts[source.id])]
    spread = passages[:: max(len(passages) // 97, 1)] or passages
    questions = ("How did the port grow?", "Who paid for it?", "What do critics say?", "")
    marks = (Support.SUPPORTED, Support.SUPPORTED, Support.PARTIAL)
    people = _entities(sources, spread, entities) if sources else ()
    failures = [
        make_source(
            read + number,
            "",
            sha256=None,
            fetched_at=None,
            status=SourceStatus.FAILED,
            reason="HTTP 404: not found",
            credibility=None,
        )
        for number in range(1, failed + 1)
    ]
    report = Report(
        job_id="0190f3a4-0000-7000-8000-000000000000",
        query="How did the port of Esbjerg grow, and who paid for it?",
        status=JobStatus.COMPLETED if sources else JobStatus.PARTIAL,
        stop_reason=None if sources else StopReason.SOURCES,
        summary=tuple(state(passage) for passage in spread[:6]),
        findings=tuple(
            state(passage, questions[number % 4], marks[number % 3])
            for number, passage in enumerate(spread[6 : 6 + findings])
        ),
        sources=(*sources, *failures),
        passages=tuple(passages),
        entities=people,
        relations=_relations(people),
        topics=tuple(
            Topic(label=label, terms=(label, "harbour", "tonnes"), weight=weight, sources=("s1",))
            for label, weight in (("quay enlargement", 0.4), ("storm damage", 0.3), ("training", 0.2), ("cranes", 0.1))
            if sources
        ),
        sentiment=tuple(
            SourceSentiment(source_id=source.id, score=(number % 9 - 4) / 6, label=label, sentences=12)
            for number, source in enumerate(sources)
            for label in [("negative", "neutral", "positive")[(number % 9 > 3) + (number % 9 > 4)]]
        ),
        timeline=tuple(
            TimelineEvent(
                date=f"{1890 + number * 3}-05-{number % 27 + 1:02d}",
                granularity="day",
                text=passage.text.split(". ")[0] + ".",
                citations=(passage.id,),
            )
            for number, passage in enumerate(reversed(spread[:events]))
        ),
        related=("What became of the outer quay?", "Who is Karen Holm?") if sources else (),
        agreement=_agreement(spread),
        key_phrases=tuple((f"phrase number {number}", 1 / (number + 1)) for number in range(40 if sources else 0)),
        warnings=("2 sources could not be read",) if failures else (),
        quality=Quality(citation_precision=0.93, citation_recall=0.9, cited_share=1.0)
        if sources
        else Quality(citation_precision=0, citation_recall=0, cited_share=0),
        usage={"pages": read},
        timings={"plan": 0.01, "search": 0.2, "fetch": 2.51, "analyze": 3.02},
        created_at="2026-03-04T10:00:05+00:00",
    )
    return report, texts


def make_hostile(words: str) -> Made:
    """A report in which every text that comes from outside is `words`."""
    text = f"{words} and more.\n{words}"
    source = make_source(
        1,
        text,
        title=words,
        author=words,
        site=words,
        url=words,
        language="en",
        credibility=Credibility(score=0.1, reasons=(words,)),
    )
    web = make_source(
        2,
        "",
        title=words,
        url='https://evil.example/"><script>alert(1)</script>',
        reason=words,
        status=SourceStatus.FAILED,
        credibility=None,
        sha256=None,
    )
    passage = Passage(id="s1p1", source_id="s1", text=text, start=0, end=len(text))
    span = Span(passage_id="s1p1", start=0, end=len(words))
    said = Statement(
        sentence=words, citations=("s1p1",), question=words, support=Support.PARTIAL, missing=(words,), evidence=(span,)
    )
    entities = tuple(
        Entity(
            id=f"e{number}",
            name=words,
            type="person",
            aliases=(words,),
            mentions=3,
            sources=("s1",),
            citations=("s1p1",),
        )
        for number in range(3)
    )
    claim = Claim(source_id="s1", value=words, sentence=words, citation="s1p1")
    report = Report(
        job_id="0190f3a4-0000-7000-8000-000000000001",
        query=words,
        status=JobStatus.PARTIAL,
        stop_reason=StopReason.BUDGET,
        summary=(said,),
        findings=(said, said),
        sources=(source, web),
        passages=(passage,),
        entities=entities,
        relations=(Relation(source="e0", target="e1", label=words, weight=2, citations=("s1p1",)),),
        topics=(Topic(label=words, terms=(words,), weight=1.0, sources=("s1",)),),
        sentiment=(SourceSentiment(source_id="s1", score=-1.0, label="negative", sentences=1),),
        timeline=(TimelineEvent(date="1999", granularity="year", text=words, citations=("s1p1",)),),
        related=(words,),
        agreement=(Agreement(kind="date", about=words, verdict="disagree", claims=(claim, claim)),),
        key_phrases=((words, 1.0),),
        media=(
            Media(kind=Kind.IMAGES, url=words, media_url=words, title=words, providers=(words,)),
            Media(kind=Kind.VIDEOS, url="https://evil.example/?<b>", media_url=words, title=words, providers=(words,)),
        ),
        model=words,
        by_model=("summary", words),
        questions=(words, words),
        rounds=2,
        warnings=(words,),
        usage=Usage(model_calls=1, input_tokens=10, usd=0.1, stages={words: Spending(model_calls=1, usd=0.1)}),
        timings={words: 0.5},
        quality=Quality(citation_precision=0.5, citation_recall=0.5, cited_share=1.0),
        created_at="2026-03-04T10:00:05+00:00",
    )
    return report, {"s1": text}


@pytest.fixture(scope="session")
def build() -> Callable[..., Made]:
    """`make_report`."""
    return make_report


@pytest.fixture(scope="session")
def hostile() -> Callable[[str], Made]:
    """`make_hostile`."""
    return make_hostile


@pytest.fixture(scope="session")
def large() -> Made:
    """Twenty sources and everything that can be found in them."""
    return make_report()


@pytest.fixture(scope="session")
def empty() -> Made:
    """Every source failed."""
    return make_report(read=0, failed=3)
