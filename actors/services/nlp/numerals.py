"""Reads numbers as people write them: "3,000", "three thousand", "1.2 million" and "21st" all come out as values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NTH = (
    "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
SMALL = {word: value for value, word in enumerate(_SMALL.split())}
TENS = {word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
ORDINALS = {word: value for value, word in enumerate(_NTH.split(), start=3)}
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
SHORT_SCALES = {"k": 1e3, "mn": 1e6, "bn": 1e9, "tn": 1e12, "m": 1e6, "b": 1e9}
VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
COMMA_LANGUAGES = frozenset({"cs", "da", "de", "es", "fi", "fr", "it", "nl", "no", "pl", "pt", "ru", "sv", "tr"})
"""Languages that write a decimal comma, and a point between thousands."""

_ONES = "|".join((*SMALL, *TENS))
_SCALE = "|".join(SCALES)
_NUMBER = re.compile(
    rf"""
      (?P<sign>(?<![\w).])[-−](?=\d))?
      (?<![^\W_])(?<![^\W\d_]-)(?<![\d^][.,:/])
      (?P<digits>\d{{1,3}}(?P<group>[,.’'\u00a0\u202f\u2009 ])\d{{3}}(?:(?P=group)\d{{3}})*(?!\d)(?:[.,]\d+)?
               |\d+(?:[.,]\d+)?)
      (?P<vulgar>[½¼¾⅓⅔])?(?!\d)(?![.,:/]\d)
      (?:(?P<ordinal>st|nd|rd|th)\b|(?P<short>k|mn|bn|tn|m|b)\b|[\s-]?(?P<scale>{_SCALE})s?\b)?
    | \b(?P<half>half\s+a\s+(?:million|billion|trillion|dozen))\b
    | \b(?P<words>(?:(?:{_ONES})|a(?=\s+(?:{_SCALE})\b))(?:[\s-]+(?:and\s+)?(?:{_ONES}|{_SCALE}))*)\b(?!-\w*\d)
    | \b(?P<nth>{"|".join(ORDINALS)})\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: `text[start:end]` says `value`.

    `plain` tells that it is bare digits, as a year is; `scale` is what its digits were multiplied by, and
    `short` the letters that said so.
    """

    start: int
    end: int
    value: float
    ordinal: bool = False
    plain: bool = False
    scale: float = 1.0
    short: str = ""


def find_numbers(text: str, *, language: str = "en") -> list[Number]:
    """Every number of `text`, in order, without overlaps.

    Left out: "one" and "a" on their own, "first" and "second" (words more often than numbers), clock times,
    fractions with a slash, versions, and digits within names such as CFC-11. A lone "m" or "b" right behind
    the digits is read as million or billion; the caller, who sees `short`, may know better.
    """
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        found.extend(_from_digits(match, language) if match["digits"] else _from_words(match))
    return found


def _from_digits(match: re.Match[str], language: str) -> Iterator[Number]:
    value = _digits(match["digits"], match["group"], comma=language in COMMA_LANGUAGES)
    value += VULGAR.get(match["vulgar"] or "", 0.0)
    short = (match["short"] or "").lower()
    scale = SHORT_SCALES.get(short, 1.0) * SCALES.get((match["scale"] or "").lower(), 1.0)
    yield Number(
        start=match.start(),
        end=match.end(),
        value=-value * scale if match["sign"] else value * scale,
        ordinal=match["ordinal"] is not None,
        plain=match.group().isdigit(),
        scale=scale,
        short=short,
    )


def _digits(written: str, group: str | None, *, comma: bool) -> float:
    """The value of digits with separators; a lone mark before three digits is judged by the language."""
    mark = "," if comma else "."
    lone = group == mark and written.count(",") + written.count(".") == 1
    if group and not lone:
        written = written.replace(group, "")
    return float(written.replace(",", "."))


def _from_words(match: re.Match[str]) -> Iterator[Number]:
    if match["nth"]:
        yield Number(match.start(), match.end(), float(ORDINALS[match["nth"].lower()]), ordinal=True)
    elif match["half"]:
        yield Number(match.start(), match.end(), SCALES[match["half"].split()[-1].lower()] / 2)
    else:
        yield from _spelled(match)


def _spelled(match: re.Match[str]) -> Iterator[Number]:
    """Adds up number words; "nineteen eighty-seven" or "two three" are two numbers, not one.

    `room` is what the next plain word must stay under to belong to the same number.
    """
    words = [word for word in re.finditer(r"[a-z]+", match[0], re.IGNORECASE) if word[0].lower() != "and"]
    offset = match.start()
    total, current, start, end, lone = 0.0, 0.0, -1, -1, True
    room = float("inf")
    for word in words:
        name = word[0].lower()
        unit = float(SMALL.get(name, TENS.get(name, 1 if name == "a" else 0)))
        if name not in SCALES and start >= 0 and unit >= room:
            yield from _sum(total + current, offset + start, offset + end, lone=lone)
            total, current, start, lone = 0.0, 0.0, -1, True
        if start < 0:
            start = word.start()
        else:
            lone = False
        if name in {"hundred", "dozen"}:
            current, room = (current or 1) * SCALES[name], 100 if name == "hundred" else 0
        elif name in SCALES:
            total, current, room = total + (current or 1) * SCALES[name], 0.0, 1000
        else:
            current, room = current + unit, 10 if name in TENS else 0
        lone = lone and name in {"one", "a"}
        end = word.end()
    yield from _sum(total + current, offset + start, offset + end, lone=lone)


def _sum(value: float, start: int, end: int, *, lone: bool) -> Iterator[Number]:
    if not lone:
        yield Number(start, end, value)
