"""The model's events held against their passages: the date must be told there, the sentence must be carried."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actors.domain.analysis import Granularity, Statement, Support, TimelineEvent
from actors.domain.documents import Passage, Source
from actors.services.llm.tasks.base import Call, meant
from actors.services.llm.tasks.findings import whole
from actors.services.llm.tasks.timeline import EventAnswer, TimelineAnswer
from actors.services.nlp.date_context import DateMention, parts
from actors.services.nlp.dates import find_dates
from actors.services.nlp.prose import is_prose
from actors.services.nlp.sentences import sentence_spans
from actors.services.nlp.support import check
from actors.services.nlp.words import content_words

_ISO = re.compile(r"-?\d{4}(?:-\d\d){0,2}")
_BY_LENGTH: dict[int, Granularity] = {4: "year", 7: "month", 10: "day"}
_SAME_WORDS = 0.5


@dataclass(frozen=True, slots=True)
class _When:
    """A date that a passage tells, and where (-1: somewhere)."""

    date: str
    granularity: Granularity
    at: int = -1


def timeline(
    answers: Sequence[tuple[TimelineAnswer, Call]],
    passages: Mapping[str, Passage],
    sources: Mapping[str, Source],
    language: str,
    *,
    limit: int = 40,
) -> tuple[TimelineEvent, ...]:
    """The events, earliest first; what several passages tell of one date in the same words is one.

    An event's text is the model's where the passage carries all of it, else the passage's own sentence with the date.
    """
    events: list[tuple[TimelineEvent, frozenset[str]]] = []
    for answer, call in answers:
        for told in answer.events:
            passage = passages.get(meant(told.passage, call.given) or "")
            if passage is None:
                continue
            event = _event(told, passage, sources[passage.source_id].published, language)
            if event is not None:
                _add(events, event, frozenset(content_words(event.text, language=language)))
    found = [event for event, _ in events][:limit]
    return tuple(sorted(found, key=lambda event: (parts(event.date), event.text)))


def _event(told: EventAnswer, passage: Passage, published: str | None, language: str) -> TimelineEvent | None:
    when = _when(told.date, passage.text, find_dates(passage.text, anchor=published))
    if when is None:
        return None
    sentence = whole(told.event)
    carried = check(Statement(sentence=sentence, citations=(passage.id,)), {passage.id: passage}, language=language)
    if not sentence or carried.support is not Support.SUPPORTED:
        sentence = _sentence_at(passage.text, when.at)
    if not sentence:
        return None
    return TimelineEvent(date=when.date, granularity=when.granularity, text=sentence, citations=(passage.id,))


def _when(date: str, text: str, told: Sequence[DateMention]) -> _When | None:
    """The date as fine as the passage tells it; None where it tells none in that year."""
    if not _ISO.fullmatch(date):
        return None
    for mention in told:
        if mention.certain == date:
            return _When(date, mention.granularity, mention.start)
    for mention in told:
        if mention.certain.startswith(date):
            return _When(date, _BY_LENGTH.get(len(date.lstrip("-")), "year"), mention.start)
    year = date[:4]
    for mention in told:
        if mention.certain == year or date.startswith(mention.certain):
            return _When(mention.certain, mention.granularity, mention.start)
    place = re.search(rf"(?<!\d){re.escape(year)}(?!\d)", text) if year.isdigit() else None
    return _When(year, "year", place.start()) if place else None


def _sentence_at(text: str, at: int) -> str:
    """The sentence around that place, if it can be quoted."""
    found = next((text[start:end] for start, end in sentence_spans(text) if start <= at < end), "")
    return found if is_prose(found) else ""


def _add(events: list[tuple[TimelineEvent, frozenset[str]]], event: TimelineEvent, words: frozenset[str]) -> None:
    """As one more event, or as one more citation of the same one."""
    for at, (known, own) in enumerate(events):
        if known.date == event.date and len(own & words) >= _SAME_WORDS * max(1, min(len(own), len(words))):
            citations = tuple(dict.fromkeys((*known.citations, *event.citations)))
            events[at] = (known.model_copy(update={"citations": citations}), own)
            return
    events.append((event, words))
