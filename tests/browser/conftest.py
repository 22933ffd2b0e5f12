"""A browser for the pages that people open: Debian's Chromium, or the reason why not."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

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
from actors.services.report.files import render, write

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
KINDS: tuple[EntityType, ...] = ("person", "organization", "place", "event", "work", "product", "group")
SUPPORTS = (Support.SUPPORTED, Support.PARTIAL, Support.UNSUPPORTED, None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; ended with the file, for its driver keeps an event loop of its own."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on the PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def full_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a partial report that has everything: each mark, each chart, a failed source, a foreign one."""
    return _written(_full(), tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="session")
def empty_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a report without any source."""
    nothing = Report(
        job_id="empty",
        query="Why is there nothing?",
        status=JobStatus.PARTIAL,
        stop_reason=StopReason.SOURCES,
        summary=(),
        findings=(),
        sources=(),
        passages=(),
        entities=(),
        relations=(),
        topics=(),
        sentiment=(),
        timeline=(),
        related=(),
        agreement=(),
        created_at="2026-03-04T10:00:05+00:00",
        quality=Quality(citation_precision=0, citation_recall=0, cited_share=0),
    )
    return _written((nothing, {}), tmp_path_factory.mktemp("empty"))


def _written(made: tuple[Report, dict[str, str]], folder: Path) -> Path:
    write(render(*made), folder)
    return folder / "report.html"


def _source(number: int) -> tuple[Source, str]:
    lines = [
        f"In {1900 + 9 * number + line} the observatory number {number} counted {50 * line + number} spots, wrote Iris "
        f"Falk. {'averyveryverylongword' * 4} was her name for the largest of them. Nobody believed her at first."
        for line in range(6)
    ]
    text = "\n".join(lines)
    return Source(
        id=f"s{number}", url=f"https://star{number}.example/a-b,c/{'long/' * 20}?x=1&y=2", title=f"Spots, {number}",
        author="Iris Falk", site="The Observer of Suns", published="1999-05", language="de" if number == 2 else "en",
        fetched_at="2026-03-04T10:00:00+00:00", sha256=hashlib.sha256(text.encode()).hexdigest(),
        status=SourceStatus.READ, credibility=Credibility(score=0.6, reasons=("names an author", "gives figures")),
    ), text  # fmt: skip


def _full() -> tuple[Report, dict[str, str]]:
    made = [_source(number) for number in range(1, 9)]
    failed = Source(id="s9", url="https://gone.example/" + "x" * 300, status=SourceStatus.FAILED, reason="HTTP 404")
    passages = []
    for source, text in made:
        for number, line in enumerate(text.split("\n")):
            start = text.index(line)
            passages.append(
                Passage(id=f"{source.id}p{number}", source_id=source.id, text=line, start=start, end=start + len(line))
            )
    said = [_statement(passage, number) for number, passage in enumerate(passages)]
    entities = tuple(
        Entity(id=f"e{n}", name=f"Iris Falk the {n}th", type=KINDS[n % 7], mentions=30 - n, sources=("s1",),
               citations=(passages[n].id,))
        for n in range(16)
    )  # fmt: skip
    claims = tuple(
        Claim(source_id=each.source_id, value="101 spots", sentence=each.text, citation=each.id)
        for each in passages[:2]
    )
    report = Report(
        job_id="full", query="How many spots has the sun?", status=JobStatus.PARTIAL, stop_reason=StopReason.DEADLINE,
        summary=tuple(said[:4]), findings=tuple(said[4:24]), sources=(*(source for source, _ in made), failed),
        passages=tuple(passages), entities=entities,
        relations=tuple(
            Relation(source=f"e{n}", target=f"e{(3 * n + 1) % 16}", label="counted", weight=n % 5 + 1,
                     citations=(passages[n].id,)) for n in range(16)
        ),
        topics=tuple(Topic(label=f"spot {n}", terms=("sun", "disc"), weight=0.4 / n, sources=("s1",))
                     for n in range(1, 7)),
        sentiment=tuple(SourceSentiment(source_id=f"s{n}", score=(n - 4) / 5, label="neutral", sentences=18)
                        for n in range(1, 9)),
        timeline=tuple(TimelineEvent(date=str(1900 + n * 3), granularity="year", text=each.text, citations=(each.id,))
                       for n, each in enumerate(passages[:30])),
        related=("Who was Iris Falk?",), warnings=("one source failed",),
        agreement=(Agreement(kind="number", about="spots", verdict="disagree", claims=claims),
                   Agreement(kind="number", about="spots", verdict="agree", claims=claims)),
        key_phrases=tuple((f"sun spot {n}", 1 / n) for n in range(1, 30)),
        quality=Quality(citation_precision=0.9, citation_recall=0.8, cited_share=1),
        media=tuple(
            Media(kind=kind, url=f"https://film.example/{'long/' * 30}", media_url="https://film.example/sun.mp4",
                  title=title, published="1999-05", providers=("searxng",))
            for kind in (Kind.IMAGES, Kind.VIDEOS) for title in ("The sun", "averyveryverylongword" * 6, "")
        ),
        model="Falk-72B-" + "x" * 60, by_model=("plan", "findings", "summary"), rounds=2,
        questions=("How many spots?", "Who counted them? " * 9),
        usage=Usage(model_calls=9, searches=4, input_tokens=123_456, output_tokens=7_890, usd=0.25, pages=8,
                    stages={"analyze": Spending(model_calls=9, input_tokens=123_456, output_tokens=7_890, usd=0.25)}),
        timings={"fetch": 1.5}, created_at="2026-03-04T10:00:05+00:00",
    )  # fmt: skip
    return report, {source.id: text for source, text in made}


def _statement(passage: Passage, number: int) -> Statement:
    sentence = passage.text.split(". ")[0] + "."
    span = Span(passage_id=passage.id, start=passage.start, end=passage.start + len(sentence))
    return Statement(
        sentence=sentence, citations=(passage.id,), question=("How many?", "Who counted?")[number % 2],
        support=SUPPORTS[number % 4], missing=("1815",) if number % 4 == 1 else (), evidence=(span,),
    )  # fmt: skip
