"""Finds how much of what a sentence tells: numbers with their units, ranges as one, never a date or an ordinal."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from actors.services.nlp.measures import SIGNS, UNIT, measure_of
from actors.services.nlp.numerals import Number, find_numbers

_YEARS = range(1000, 2200)
_SIGN = re.compile(
    r"(?<![^\W\d_])(" + "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)) + r")\s?$",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\s?[–—-]\s?|\s+(?P<word>to|and|or|bis|à)\s+(?:(?:about|around|up to|as much as|perhaps)\s+)?", re.IGNORECASE
)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\s+(?:(?:about|around|roughly)\s+)?(?:\S{1,3}\s?)?$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+(?:\S{1,3}\s?)?$", re.IGNORECASE)
_COUNTED = re.compile(r"[\s-]((?:[^\W\d_]|-)+(?:['’]s)?)")
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_BEFORE_DAY = re.compile(rf"\b(?:{_MONTHS})\.?\s$", re.IGNORECASE)
_AFTER_DAY = re.compile(rf"\.?\s(?:{_MONTHS})\b", re.IGNORECASE)
_BEFORE_YEAR = re.compile(
    r"(?:\b(?:in|since|by|until|till|from|to|of|during|before|after|between|and|around|about|circa|c\.|year|spring|summer"
    r"|autumn|fall|winter|early|late|mid)[\s-]|[–—/(-]|,\s)$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:chapter|page|pp?\.|no\.|nos\.|number|figure|fig\.|table|section|article|part|volume|vol\.|act|room|gate|apollo|step|route|highway|isbn)\s$|[#§]\s?$",
    re.IGNORECASE,
)
_FUNCTION_WORDS = (
    "of in on at by to for from with and or but as than that which who whose when where while is are was were be been "
    "has have had will would can could may might per a an the this these its their his her our your it they he she we "
    "into over under after before since until during between about more less fewer other"
)
_ODD_PLURALS = "people children men women feet mice fish sheep species media data staff police cattle"
_STOPS = frozenset(_FUNCTION_WORDS.split())
_PLURALS = frozenset(_ODD_PLURALS.split())
_MAX_COUNTED_WORDS = 4
_CONTEXT = 24


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it counts or measures: `text` is the sentence's `[start:end]`.

    `unit` is a measure's name ("km²", "%", "USD"), else the word counted, in lower case, or "". `about` holds the
    words counted as written ("member", "states"). A range runs from `value` to `high`; else the two are equal.
    """

    start: int
    end: int
    text: str
    value: float
    unit: str
    about: tuple[str, ...]
    high: float


def find_quantities(text: str, *, language: str = "en") -> list[Quantity]:
    """The quantities of a sentence in order, without overlaps.

    "0.3 to 0.5 °C" and "between 20 and 30" are one range each; "from 10 to 20" tells of a change, and gives
    two. Left out are ordinals, years, days of a month, and numbers that are labels ("chapter 3").
    """
    numbers = deque(number for number in find_numbers(text, language=language) if not number.ordinal)
    found: list[Quantity] = []
    while numbers:
        first = numbers.popleft()
        second = _range_end(text, first, numbers[0] if numbers else None)
        if second:
            numbers.popleft()
        if not _is_date(text, first) and not _LABEL.search(text, max(0, first.start - _CONTEXT), first.start):
            found.append(_quantity(text, first, second, numbers[0].start if numbers else len(text)))
    return found


def _is_date(text: str, number: Number) -> bool:
    """Whether bare digits are a year or a day of a month."""
    if not number.plain:
        return False
    before = text[max(0, number.start - _CONTEXT) : number.start]
    if _BEFORE_DAY.search(before) or _AFTER_DAY.match(text, number.end):
        return True
    if number.value not in _YEARS or number.end - number.start != len("1987"):
        return False
    if _SIGN.search(before) or UNIT.match(text, number.end):
        return False
    counted = _COUNTED.match(text, number.end)
    return counted is None or not _is_plural(counted[1]) or _BEFORE_YEAR.search(before) is not None


def _range_end(text: str, first: Number, second: Number | None) -> Number | None:
    """The upper end of a range that starts with `first`: joined by a dash, "to", or "between … and"."""
    if second is None or second.start - first.end > _CONTEXT:
        return None
    unit = UNIT.match(text, first.end)
    gap = text[unit.end() if unit else first.end : second.start]
    sign = _SIGN.search(gap)
    link = _LINK.fullmatch(gap[: sign.start()] if sign else gap)
    if link is None or second.value <= first.value:
        return None
    before = text[max(0, first.start - _CONTEXT) : first.start]
    word = (link["word"] or "").lower()
    ranged = _BETWEEN.search(before) if word in {"and", "or"} else not (word == "to" and _FROM.search(before))
    return second if ranged else None


def _quantity(text: str, first: Number, second: Number | None, next_start: int) -> Quantity:
    last = second or first
    sign = _SIGN.search(text, max(0, first.start - _CONTEXT), first.start)
    start, low, high = sign.start() if sign else first.start, first.value, last.value
    if second and first.scale == 1 and second.scale > 1 and low <= high / second.scale:
        low *= second.scale
    unit = UNIT.match(text, last.end)
    end = unit.end() if unit else last.end
    about = tuple(_counted(text, end, next_start))
    if sign:
        name = SIGNS[sign[1].lower()]
    elif unit:
        name = measure_of(unit[1]).name
    else:
        name = next((word.lower() for word in about if _is_plural(word)), "")
    if last.short == "m" and not name:
        low, high, name = low / last.scale, high / last.scale, "m"
    return Quantity(start, end, text[start:end], low, name, about, high)


def _counted(text: str, position: int, limit: int) -> Iterator[str]:
    """The words behind a number up to a function word, punctuation or the next number, a few at most."""
    for _ in range(_MAX_COUNTED_WORDS):
        word = _COUNTED.match(text, position)
        if word is None or word[1].lower() in _STOPS or word.end() > limit:
            return
        yield word[1]
        position = word.end()


def _is_plural(word: str) -> bool:
    return word.lower() in _PLURALS or (word.endswith("s") and not word.endswith(("ss", "us", "is", "’s", "'s")))
