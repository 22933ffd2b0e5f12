"""What happened when, in the sources' own words: each event is a verbatim sentence with everybody who tells of it."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2

from actors.domain.analysis import Granularity, TimelineEvent
from actors.domain.documents import Sentence, Source
from actors.services.nlp.date_context import DateMention, parts
from actors.services.nlp.dates import find_dates
from actors.services.nlp.prose import has_finite_verb, is_prose
from actors.services.nlp.remembered import remembered
from actors.services.nlp.words import content_words

_FINENESS: dict[Granularity, int] = {"day": 3, "month": 2, "year": 2, "decade": 1, "century": 0}
_NO_EVENT = re.compile(
    r"©|\b(?:accessed|retrieved|archived|updated|posted|copyright|licen[sc]ed|isbn|edition|as\sof|see\salso"
    r"|published(?:\son(?:line)?)?|(?:image|photo|picture)s?:?)\W+(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
_MEASURED_BY = re.compile(r"\s+(?:values?|levels?|baselines?|prices|dollars|figures|standards?)\b")
"""What makes a year a yardstick rather than a time: `back to 1980 values`."""
_LEAD = 40
_SAME, _SAME_COARSER = 0.4, 0.6
_SHARED_WORDS, _SHARED_ON_A_DAY = 3, 2
_COMFORTABLE = 260
_OFTEN = 0.1
_ENOUGH = 5
_LEANS = re.compile(r"\W*(?:he|she|it|they|his|her|its|their|this|these|that|those|there)\b", re.IGNORECASE)
_KEPT = 512
"""Texts whose dates are remembered, about 10 KB each."""
_VAGUE_DAYS = frozenset({"today", "tonight", "this evening"})
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_FIRST_PERSON = re.compile(
    r"\b(?:[Ww]e|I['’](?:m|ve|d|ll))\b|(?:^\W*|[,;:—–]\s?|\b(?:that|and|but|or|when|as|because|if|what|which|where|while"
    r"|before|after|since|so|tonight|today|now)\s)I\s[a-z]"
)
"""A speaker tells of himself; `World War I ended` is none of it."""


@dataclass(frozen=True, slots=True)
class _Telling:
    """A sentence that tells of an event, and how well; `when` sorts by time."""

    sentence: Sentence
    date: str
    granularity: Granularity
    when: tuple[int, int, int]
    words: frozenset[str]
    score: float
    on_topic: bool


def timeline(
    sources: Sequence[tuple[Source, Sequence[Sentence]]], *, query_terms: frozenset[str], limit: int = 40
) -> list[TimelineEvent]:
    """The events that the sources date, earliest first, at most `limit`; for the pool.

    Where enough of them have to do with the query, the others are left out; of too many, those are kept that have
    most of the query in them, that more sources tell of and that are dated best. What several sentences tell of the
    same date in the same words is one event: its text is the best of them, verbatim, and it cites the passages of all,
    its own first.

    Args:
        sources: each source, whose `published` anchors its dates, with its sentences in order.
        query_terms: stems of the query, as `content_words` makes them.
        limit: how many to keep.
    """
    tellings = [telling for source, sentences in sources for telling in _tellings(source, sentences, query_terms)]
    on_topic = [telling for telling in tellings if telling.on_topic]
    tellings = on_topic if len(on_topic) >= _ENOUGH else tellings
    tellings.sort(key=lambda told: (-told.score, told.sentence.source_id, told.sentence.start))
    events = _merge(tellings)
    events.sort(key=lambda event: (-_weight(event), event[0].when, event[0].sentence.text))
    kept = sorted(events[: max(0, limit)], key=lambda event: (event[0].when, event[0].sentence.text))
    return [_event(event) for event in kept]


def _tellings(source: Source, sentences: Sequence[Sentence], query_terms: frozenset[str]) -> Iterator[_Telling]:
    """At most one telling a sentence: a date in a bracket or beside a note of publication is none."""
    starts: list[int] = []
    position = 0
    for sentence in sentences:
        starts.append(position)
        position += len(sentence.text) + 1
    text = "\n".join(sentence.text for sentence in sentences)
    about = _about(source, text, len(sentences), query_terms)
    by_sentence: defaultdict[int, list[DateMention]] = defaultdict(list)
    for mention in _dates(text, source.published):
        by_sentence[bisect_right(starts, mention.start) - 1].append(mention)
    for index in sorted(by_sentence):
        sentence = sentences[index]
        if not _can_tell(sentence.text):
            continue
        best = _best(sentence.text, starts[index], by_sentence[index])
        if best is not None:
            yield _telling(sentence, best, about, query_terms, source.language or "en")


@remembered(_KEPT)
def _dates(text: str, published: str | None) -> tuple[DateMention, ...]:
    return tuple(find_dates(text, anchor=published))


def _can_tell(text: str) -> bool:
    """Whether it is a statement that stands for itself, by one who tells of others."""
    if text.endswith("?") or _FIRST_PERSON.search(_QUOTED.sub("", text)):
        return False
    return is_prose(text) and has_finite_verb(text)


def _about(source: Source, text: str, sentences: int, query_terms: frozenset[str]) -> float:
    """The share of the query's terms that the source is about: in its title, or in many of its sentences."""
    if not query_terms:
        return 0.0
    language = source.language or "en"
    counts = Counter(content_words(text, language=language))
    often = {term for term in query_terms if counts[term] >= max(2, _OFTEN * sentences)}
    return len(often | (query_terms & set(content_words(source.title, language=language)))) / len(query_terms)


def _best(text: str, start: int, mentions: Iterable[DateMention]) -> DateMention | None:
    """The date that the sentence is about: the first of the finest ones; "today" is often no more than "nowadays"."""
    fit = [mention for mention in mentions if _dates_event(text, mention.start - start, mention.end - start)]
    fit = [mention for mention in fit if mention.text.lower() not in _VAGUE_DAYS]
    return max(fit, key=lambda mention: (_FINENESS[mention.granularity], -mention.start), default=None)


def _dates_event(text: str, start: int, end: int) -> bool:
    before = text[:start]
    bracketed = any(before.count(opening) > before.count(closing) for opening, closing in ("()", "[]"))
    if _MEASURED_BY.match(text, end):
        return False
    return end <= len(text) and not bracketed and not _NO_EVENT.search(text, max(0, start - _LEAD), start)


def _telling(
    sentence: Sentence, mention: DateMention, about: float, query_terms: frozenset[str], language: str
) -> _Telling:
    words = frozenset(content_words(sentence.text, language=language))
    relevance = len(words & query_terms) / len(query_terms) if query_terms else 0.0
    length = min(1.0, _COMFORTABLE / len(sentence.text))
    leans = 0.3 if _LEANS.match(sentence.text) else 0.0
    score = 2 * relevance + about + _FINENESS[mention.granularity] / 3 + 0.5 * length - leans
    date = mention.certain
    undated = words - frozenset(content_words(mention.text, language=language))
    return _Telling(sentence, date, mention.granularity, parts(date), undated, score, relevance + about > 0)


def _merge(tellings: Iterable[_Telling]) -> list[list[_Telling]]:
    """Tellings of one event together, the best first; each is compared only with events of the same year."""
    by_year: defaultdict[int, list[list[_Telling]]] = defaultdict(list)
    for told in tellings:
        events = by_year[told.when[0]]
        same = next((event for event in events if _is_same(event[0], told)), None)
        if same is None:
            events.append([told])
        else:
            same.append(told)
    return [event for year in sorted(by_year) for event in by_year[year]]


def _is_same(best: _Telling, other: _Telling) -> bool:
    """Whether two sentences tell one event: the same date, or one within the other, and words in common."""
    shared = len(best.words & other.words)
    likeness = shared / max(1, min(len(best.words), len(other.words)))
    if best.date == other.date and best.granularity == other.granularity == "day":
        return shared >= _SHARED_ON_A_DAY and likeness >= _SAME
    if shared < _SHARED_WORDS:
        return False
    if best.date == other.date and best.granularity == other.granularity:
        return likeness >= _SAME
    within = best.date.startswith(other.date) or other.date.startswith(best.date)
    return within and likeness >= _SAME_COARSER


def _weight(event: Sequence[_Telling]) -> float:
    return event[0].score + log2(len({told.sentence.source_id for told in event}))


def _event(event: Sequence[_Telling]) -> TimelineEvent:
    best = event[0]
    citations = tuple(dict.fromkeys(told.sentence.passage_id for told in event))
    return TimelineEvent(date=best.date, granularity=best.granularity, text=best.sentence.text, citations=citations)
