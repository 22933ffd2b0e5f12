"""Reads a sentence for comparison with others: its figures and dates, and the words that tell what they are of."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from actors.domain.documents import Sentence
from actors.services.nlp.dates import DateMention, find_dates
from actors.services.nlp.measures import kind_and_factor
from actors.services.nlp.quantities import Quantity, find_quantities
from actors.services.nlp.support_tokens import Token, tokens

_ATTRIBUTION = re.compile(r",?\s*\b(?:[Aa]ccording to|[Aa]s reported by|[Dd]ata from|[Ff]igures from)\s[^,;.:]{2,80}")
_DIGIT = re.compile(r"\d")
_CLAUSE = re.compile(r"[,;:()–—]")
_BOUND = re.compile(
    r"(?:\b(?:more than|over|at least|above|up to|at most|less than|fewer than|under|below|nearly|almost"
    r"|as (?:much|many|few|little) as|exceed\w*|minimum of|maximum of)|[<>≥≤~])\s?$",
    re.IGNORECASE,
)
_BOUND_CHARACTERS = 16
_COMMON_ENDINGS = ("s", "ing", "ed", "ly", "ion", "ment", "ness", "ity", "ance", "ence", "ive", "al")
_MOST_VALUES = 6
_SMALL = 12
_KEPT = 4_096
"""Sentences that were taken apart last, about 3 KB each."""
_TELLING = frozenset({"percent", "USD", "EUR", "GBP", "temperature", "area"})


@dataclass(frozen=True, slots=True)
class Told:
    """One value: a number from `low` to `high` in base units of `measure`, or a `date` as fine as it is told.

    `near` are the content words next to it, `bounded` marks "more than" and the like, `telling` a value that two
    sentences hardly share by chance, as they do small counts.
    """

    kind: Literal["number", "date"]
    start: int
    text: str
    measure: str = ""
    low: float = 0.0
    high: float = 0.0
    date: str = ""
    year: int = 0
    telling: bool = True
    bounded: bool = False
    near: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence taken apart: `words` by key in order, as written, without its values and without who said it."""

    order: int
    sentence: Sentence
    published: str | None
    words: dict[str, str]
    names: frozenset[str]
    values: tuple[Told, ...]

    @property
    def years(self) -> frozenset[int]:
        """The years that it names."""
        return frozenset(value.year for value in self.values if value.kind == "date")


def read_all(sentences: Sequence[tuple[Sentence, str | None]], *, language: str) -> list[Reading]:
    """A reading of each sentence that has a digit and few enough values to tell them apart."""
    spelled = [_spelled(sentence.text, language) for sentence, _ in sentences]
    proper = _proper_names(spelled)
    return [
        Reading(
            order=order,
            sentence=sentence,
            published=published,
            words=parts.words,
            names=parts.capitals & proper,
            values=parts.values,
        )
        for order, (sentence, published) in enumerate(sentences)
        if _DIGIT.search(sentence.text)
        and 0 < len((parts := _parts(sentence.text, published, language)).values) <= _MOST_VALUES
    ]


class _Spelled(NamedTuple):
    """The keys of a sentence's words: the first with how it is written, then those with a capital, and the others."""

    leading: tuple[str, str] | None
    capital: tuple[str, ...]
    small: tuple[str, ...]


class _Parts(NamedTuple):
    """A sentence taken apart, whatever else there is to compare it with."""

    words: dict[str, str]
    capitals: frozenset[str]
    values: tuple[Told, ...]


@lru_cache(maxsize=_KEPT)
def _spelled(text: str, language: str) -> _Spelled:
    words = tokens(text, language=language)
    return _Spelled(
        (words[0].key, words[0].text) if words else None,
        tuple(word.key for word in words[1:] if word.capital),
        tuple(word.key for word in words[1:] if not word.capital),
    )


def _proper_names(spelled: Iterable[_Spelled]) -> frozenset[str]:
    """The words that are mostly capitalised within sentences; of those that only begin some, the unusual ones."""
    capital, small, leading = Counter[str](), Counter[str](), dict[str, str]()
    for one in spelled:
        if one.leading:
            leading.setdefault(*one.leading)
        capital.update(one.capital)
        small.update(one.small)
    inner = {key for key, count in capital.items() if count > small[key]}
    outer = {
        key
        for key, text in leading.items()
        if text[:1].isupper() and key not in capital and key not in small and not text.endswith(_COMMON_ENDINGS)
    }
    return frozenset(inner | outer)


@lru_cache(maxsize=_KEPT)
def _parts(text: str, published: str | None, language: str) -> _Parts:
    words = tokens(text, language=language)
    mentioned = find_dates(text, anchor=published)
    quantities = [
        quantity
        for quantity in find_quantities(text, language=language)
        if not any(date.start < quantity.end and quantity.start < date.end for date in mentioned)
    ]
    taken = [(each.start, each.end) for each in mentioned] + [(each.start, each.end) for each in quantities]
    aside = [match.span() for match in _ATTRIBUTION.finditer(text)]
    context = [word for word in words if not _within(word.start, taken) and not _within(word.start, aside)]
    values = [_number(text, each, context) for each in quantities] + [_date(text, each, context) for each in mentioned]
    keyed: dict[str, str] = {}
    for word in context:
        keyed.setdefault(word.key, word.text)
    return _Parts(
        words=keyed,
        capitals=frozenset(word.key for word in context if word.capital),
        values=tuple(sorted(values, key=lambda value: value.start)),
    )


def _within(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _number(text: str, quantity: Quantity, context: Sequence[Token]) -> Told:
    kind, factor = kind_and_factor(quantity.unit)
    return Told(
        kind="number",
        start=quantity.start,
        text=quantity.text,
        measure=kind,
        low=quantity.value * factor,
        high=quantity.high * factor,
        telling=kind in _TELLING or quantity.high > _SMALL or not quantity.high.is_integer(),
        bounded=_BOUND.search(text, max(0, quantity.start - _BOUND_CHARACTERS), quantity.start) is not None,
        near=_near(text, quantity.start, quantity.end, context),
    )


def _date(text: str, date: DateMention, context: Sequence[Token]) -> Told:
    return Told(
        kind="date",
        start=date.start,
        text=date.text,
        measure=date.granularity if date.granularity in {"decade", "century"} else "day",
        date=date.certain,
        year=date.year,
        bounded=_BOUND.search(text, max(0, date.start - _BOUND_CHARACTERS), date.start) is not None,
        near=_near(text, date.start, date.end, context),
    )


def _near(text: str, start: int, end: int, context: Sequence[Token]) -> frozenset[str]:
    """The last content word before and the first one after, each within the clause."""
    before = next((word for word in reversed(context) if word.end <= start), None)
    after = next((word for word in context if word.start >= end), None)
    near = set()
    if before and not _CLAUSE.search(text, before.end, start):
        near.add(before.key)
    if after and not _CLAUSE.search(text, end, after.start):
        near.add(after.key)
    return frozenset(near)
