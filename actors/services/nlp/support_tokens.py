"""Names what can be compared between a sentence and a source: equal keys mean the same word, number or date."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from actors.services.nlp.dates import DateMention, find_dates
from actors.services.nlp.measures import kind_and_factor
from actors.services.nlp.numerals import Number, find_numbers
from actors.services.nlp.quantities import find_quantities
from actors.services.nlp.words import content_words

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[-’'][^\W_]+)*")
_PART = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_DIGIT = re.compile(r"\d")
_POSSESSIVE = re.compile(r"[’']s?$")
_NEGATOR = re.compile(
    r"\b(?:not(?!\s+(?:only|just|merely|necessarily|least)\b)|no(?!\.)|never|neither|nor|none|nobody|nothing|without"
    r"|cannot|hardly|barely|(?:fail|refus|declin)(?:ed?|es|s|ing)?\s+to|den(?:y|ies|ied)|nicht|kein\w{0,2}|nie)\b"
    r"|n[’']t\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:.!?()–—]")
_SCOPE_CHARACTERS = 40
_ACRONYM_LETTERS = range(2, 8)
_KEPT = 512
"""Texts read last: a sentence of a source is looked at from several sides, one after the other."""


@dataclass(frozen=True, slots=True)
class Token:
    """A content word at `[start:end]`; `key` is its stem, `negated` tells that a "not" and the like precedes it."""

    start: int
    end: int
    text: str
    key: str
    negated: bool

    @property
    def capital(self) -> bool:
        """Whether it is written as names are."""
        return self.text[:1].isupper()

    @property
    def acronym(self) -> bool:
        """Whether it may stand for the initials of a name."""
        return self.text.isupper() and self.text.isalpha() and len(self.text) in _ACRONYM_LETTERS


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at `[start:end]`. `offers` are its keys as a source, `asks` those that any source of it must offer."""

    start: int
    end: int
    offers: frozenset[str]
    asks: frozenset[str]


@lru_cache(maxsize=_KEPT)
def tokens(text: str, *, language: str) -> tuple[Token, ...]:
    """The content words of `text` in order, hyphenated ones in parts, and everything with a digit in it."""
    found = tuple(_words(text, language))
    starts = [(match.end(), _scope_end(text, match.end())) for match in _NEGATOR.finditer(text)]
    if not starts:
        return found
    negated = {
        next((position for position, token in enumerate(found) if start <= token.start < end), -1)
        for start, end in starts
    }
    return tuple(
        Token(token.start, token.end, token.text, token.key, negated=True) if position in negated else token
        for position, token in enumerate(found)
    )


def negators(text: str) -> int:
    """How often `text` says "not", "never", "refused to" and the like."""
    return sum(1 for _ in _NEGATOR.finditer(text))


def _scope_end(text: str, start: int) -> int:
    stop = _CLAUSE_END.search(text, start, start + _SCOPE_CHARACTERS)
    return stop.start() if stop else start + _SCOPE_CHARACTERS


def _words(text: str, language: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        written, start = match[0], match.start()
        if written.isalpha():
            yield from _stemmed(written, start, language)
        elif _DIGIT.search(written):
            yield Token(start, match.end(), written, f"w:{written.lower()}", negated=False)
        elif "." in written:
            short = written.replace(".", "")
            yield Token(start, match.end(), short, f"w:{short.lower()}", negated=False)
        else:
            for part in _PART.finditer(written):
                yield from _stemmed(part[0], start + part.start(), language)


def _stemmed(written: str, start: int, language: str) -> Iterator[Token]:
    word = written if written.isalpha() else _POSSESSIVE.sub("", written)
    found = _keys(word, language)
    if len(found) > 1:
        for position, pair in enumerate(found):
            yield Token(start + position, start + position + 2, pair[2:], pair, negated=False)
    elif found:
        yield Token(start, start + len(written), word, found[0], negated=False)
    elif len(word) > 1 and word.isupper():
        yield Token(start, start + len(written), word, f"w:{word.lower()}", negated=False)


@lru_cache(maxsize=65_536)
def _keys(word: str, language: str) -> tuple[str, ...]:
    """That of the word's stem; none for a stop word, those of pairs of characters for a run of Chinese or Japanese."""
    return tuple(f"w:{stem}" for stem in content_words(word, language=language))


@lru_cache(maxsize=_KEPT)
def figures(text: str, *, language: str) -> tuple[Figure, ...]:
    """The numbers of `text` in order, ordinals and years too; a value with a measure asks for the same measure."""
    numbers = find_numbers(text, language=language)
    quantities = find_quantities(text, language=language) if numbers else []
    found: list[Figure] = []
    for number in numbers:
        unit = next((each.unit for each in quantities if each.start <= number.start < each.end), "")
        found.append(_figure(number, unit))
    return tuple(found)


def _figure(number: Number, unit: str) -> Figure:
    value = f"{number.value:.9g}"
    if number.ordinal:
        keys = frozenset({f"nth:{value}"})
        return Figure(number.start, number.end, keys, keys)
    kind, factor = kind_and_factor(unit)
    anyhow, bare = f"any:{value}", f"n:{value}"
    if kind == unit:
        return Figure(number.start, number.end, frozenset({anyhow, bare}), frozenset({anyhow}))
    measured = f"{kind}:{number.value * factor:.6g}"
    return Figure(number.start, number.end, frozenset({anyhow, measured}), frozenset({measured, bare}))


@lru_cache(maxsize=_KEPT)
def dates(text: str) -> tuple[tuple[DateMention, frozenset[str]], ...]:
    """The dates of `text` that need no anchor, each with its keys as a sentence asks for it: any of them will do."""
    if not _DIGIT.search(text):
        return ()
    return tuple((date, frozenset(_asks(date))) for date in find_dates(text, anchor=None))


def _asks(date: DateMention) -> Iterator[str]:
    yield f"d:{date.certain}:{date.granularity}"
    if date.granularity == "year":
        yield f"any:{date.certain}"


def date_offers(date: DateMention) -> tuple[str, ...]:
    """The keys that a source's date offers: itself, and the month and year that it lies in."""
    whole = f"d:{date.certain}:{date.granularity}"
    if date.granularity == "day":
        return whole, f"d:{date.certain[:-3]}:month", f"d:{date.certain[:-6]}:year"
    return (whole, f"d:{date.certain[:-3]}:year") if date.granularity == "month" else (whole,)
