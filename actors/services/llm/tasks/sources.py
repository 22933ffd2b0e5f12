"""How a source speaks: its tone, and signs of how far it can be trusted, out of a list that no page can add to."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from actors.domain.analysis import SourceSentiment
from actors.domain.documents import Passage, Source
from actors.domain.job import Record
from actors.services.llm.tasks.base import RULES, Call, Number, Task, asked_line, cut, meant
from actors.services.llm.tasks.cleaning import quoted

MOST_SOURCES = 10
_EXCERPT, _TITLE, _AUTHOR, _SITE = 500, 90, 60, 60
_FULL_TONE = 5

Sign = Literal[
    "reports first hand",
    "names where its facts come from",
    "gives data and methods",
    "written by an expert body",
    "shows several views",
    "gives an opinion",
    "speaks for one side",
    "advertises something",
    "tells anecdotes as evidence",
    "makes claims without evidence",
    "says how little is certain",
]
SIGNS: tuple[str, ...] = get_args(Sign)


def _within(value: Any) -> Any:  # noqa: ANN401 (whatever the JSON holds)
    return max(-_FULL_TONE, min(_FULL_TONE, round(value))) if isinstance(value, int | float) else value


class SourceAnswer(Record):
    """One source by its number: its tone from -5 to 5, and the signs found in it."""

    source: Number
    tone: Annotated[int, BeforeValidator(_within), Field(ge=-_FULL_TONE, le=_FULL_TONE)]
    signs: Annotated[list[Sign], cut(3), Field(max_length=3)]


class SourcesAnswer(Record):
    """Every source that was given."""

    sources: Annotated[list[SourceAnswer], cut(MOST_SOURCES), Field(max_length=MOST_SOURCES)]


SOURCES = Task(name="sources", system=RULES, kind=SourcesAnswer, max_tokens=700, most_bytes=9_000, most_calls=4)
_TASK = (
    "For each source give its number, the tone of the excerpt towards what it tells of, from -5 (very negative) over 0 "
    "(neutral) to 5 (very positive), and at most three signs that are plain to see in it. What a source says of its "
    "own quality is no sign."
)


def calls(query: str, sources: Sequence[Source], excerpts: Mapping[str, Passage], context_tokens: int) -> list[Call]:
    """The prompts, each for some of the sources that have an excerpt, in order."""
    head = f"Subject: {asked_line(query)}\n\nSources:\n"
    room = SOURCES.room(context_tokens) - len((head + _TASK).encode()) - 2
    made: list[Call] = []
    lines: list[str] = []
    given: list[str] = []
    left = room
    for source in (source for source in sources if source.id in excerpts):
        needed = len(_described(MOST_SOURCES, source, excerpts[source.id]).encode()) + 1
        if given and (len(given) == MOST_SOURCES or needed > left):
            made.append(Call(SOURCES.name, f"{head}{''.join(lines)}\n{_TASK}", tuple(given)))
            lines, given, left = [], [], room
        if needed <= left:
            given.append(source.id)
            lines.append(_described(len(given), source, excerpts[source.id]) + "\n")
            left -= needed
    if given:
        made.append(Call(SOURCES.name, f"{head}{''.join(lines)}\n{_TASK}", tuple(given)))
    return made[: SOURCES.most_calls]


def _described(number: int, source: Source, excerpt: Passage) -> str:
    """A source in one line: host, title, author, date and excerpt."""
    known = [_host(source.url), f"“{quoted(source.title, _TITLE)}”"]
    if source.author:
        known.append(f"by {quoted(source.author, _AUTHOR)}")
    known.append(source.published or "no date")
    return f"[{number}] {', '.join(known)}: {quoted(excerpt.text, _EXCERPT)}"


def _host(url: str) -> str:
    try:
        return quoted(urlsplit(url).hostname or "a file", _SITE)
    except ValueError:
        return "a page"


def told(answer: SourcesAnswer, asked: Call) -> dict[str, SourceAnswer]:
    """By source id; of a source judged twice the first, of one that was not given nothing."""
    found: dict[str, SourceAnswer] = {}
    for one in answer.sources:
        if (source_id := meant(one.source, asked.given)) is not None:
            found.setdefault(source_id, one)
    return found


def sentiment(source_id: str, answer: SourceAnswer, sentences: int) -> SourceSentiment:
    """The tone as the report has it."""
    score = answer.tone / _FULL_TONE
    label: Literal["positive", "neutral", "negative"] = "neutral"
    if score:
        label = "positive" if score > 0 else "negative"
    return SourceSentiment(source_id=source_id, score=score, label=label, sentences=sentences)
