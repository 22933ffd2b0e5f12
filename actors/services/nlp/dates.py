"""Every date that a text tells, as ISO 8601 with its granularity: written out, or understood from its context."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from actors.services.nlp import date_absolute as absolute
from actors.services.nlp import date_grammar as grammar
from actors.services.nlp import date_relative as relative
from actors.services.nlp.date_context import LOOK_BACK, WEEKDAY_BEFORE, Context, DateMention, iso, latest, parts, told
from actors.services.nlp.date_grammar import MONTHS

__all__ = ["DateMention", "find_dates"]

Resolver = Callable[[re.Match[str], Context, Sequence[DateMention]], Iterator[DateMention]]

_DATELINE_WITHIN = 300
_MANY_LATER_YEARS, _LATER_BY = 3, 15
_ANCIENT_UNTIL = 1_000


class _Found(NamedTuple):
    """A pattern's match, and where it begins with the weekday before it."""

    start: int
    end: int
    resolve: Resolver
    match: re.Match[str]


def find_dates(text: str, *, anchor: str | None) -> list[DateMention]:
    """The dates in `text`, in order and not overlapping; a range gives two.

    Args:
        text: any text; the dates before one in it help to understand it.
        anchor: the ISO date of publication ("2021", "2021-05", "2021-05-03", longer is cut), for "yesterday" and
            "in March". Where the text is clearly younger than that, or there is none, its own dateline stands in,
            and without one such dates are left out.

    Returns:
        Mentions with absolute dates only: a month of no certain year ("in June", said of every June) is not one.
    """
    found = _found(text)
    context = _context(text, anchor, found)
    mentions: list[DateMention] = []
    for candidate in found:
        if not mentions or candidate.start >= mentions[-1].end:
            for mention in candidate.resolve(candidate.match, context, mentions):
                mentions.append(_clear_of(mentions, mention, text))
    return mentions


def _clear_of(before: Sequence[DateMention], mention: DateMention, text: str) -> DateMention:
    """The mention without what the last one has told already: a weekday may seem to belong to either."""
    if not before or mention.start >= before[-1].end:
        return mention
    rest = text[before[-1].end : mention.end].lstrip()
    return replace(mention, start=mention.end - len(rest), text=rest)


def _day(match: re.Match[str], context: Context, before: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "3 May 2021", "May 3rd", "5–6 September 2019"; without a year, that of what follows or of the context."""
    groups = match.groupdict()
    month, year = MONTHS[_name(match["month"])], _year(match)
    if year is None:
        year = _year_ahead(context, match.end(), month)
    if year is None:
        year = relative.near_year(context, before, match.start(), month, int(match["day"]))
    if year is None:
        return
    start, end = match.span()
    if groups.get("from"):
        yield from told(context, match.span("from"), iso(year, month, int(match["from"])))
        start = match.start("day")
    if groups.get("to"):
        yield from told(context, (start, match.end("day")), iso(year, month, int(match["day"])))
        yield from told(context, (match.start("to"), end), iso(year, month, int(match["to"])))
    else:
        yield from told(context, (start, end), iso(year, month, int(match["day"])))


def _month_year(match: re.Match[str], context: Context, before: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "March 2019", "May and June in 1981", "in March the same year"."""
    last = latest(before, match.start())
    year = (last.year if last else None) if match["same"] else _year(match)
    if year is None:
        return
    month = MONTHS[_name(match["month"])]
    if match["to"]:
        to = MONTHS[_name(match["to"])]
        yield from told(context, match.span("month"), iso(year - (to < month), month))
        yield from told(context, (match.start("to"), match.end()), iso(year, to))
    else:
        yield from told(context, match.span(), iso(year, month))


def _year(match: re.Match[str]) -> int | None:
    if match["year"] is None:
        return None
    return -int(match["year"]) if (match["era"] or "").startswith("B") else int(match["year"])


def _year_ahead(context: Context, position: int, month: int) -> int | None:
    """The year in "May 17 and May 31, 2014", told once for both."""
    link = grammar.LINK.match(context.text, position)
    if link is None:
        return None
    for pattern in (grammar.MONTH_DAY, grammar.DAY_MONTH):
        following = pattern.match(context.text, link.end())
        if following and (year := _year(following)) is not None:
            return year - (MONTHS[_name(following["month"])] < month)
    return None


def _name(month: str) -> str:
    return month.lower().rstrip(".")


_ENGLISH_MONTHS = [month for month in MONTHS if month.isascii()]
_COUNTS = (*{**grammar.NUMBERS, **grammar.TENS}, "couple")
_PATTERNS: tuple[tuple[re.Pattern[str], Resolver, Iterable[str | int]], ...] = (
    (grammar.DAY_MONTH, _day, (1, 2)),
    (grammar.MONTH_DAY, _day, _ENGLISH_MONTHS),
    (grammar.MONTH_YEAR, _month_year, MONTHS),
    (grammar.ISO, absolute.iso_day, (4,)),
    (grammar.NUMERIC, absolute.numeric, (1, 2)),
    (grammar.ANCIENT, absolute.ancient, (1, 2, 3, 4, "ad", "a")),
    (grammar.YEAR, absolute.year, (4,)),
    (grammar.BARE_ANCIENT, absolute.bare_ancient, (2, 3)),
    (grammar.CENTURY, absolute.century, (1, 2, *grammar.ORDINALS, "twenty")),
    (grammar.SHORT_DECADE, absolute.short_decade, (2,)),
    (grammar.DECADE_WORD, absolute.decade_word, grammar.DECADES),
    (grammar.SEASON, absolute.season, grammar.SEASONS),
    (grammar.NAMED, absolute.named, (1,)),
    (grammar.MONTH, relative.bare_month, _ENGLISH_MONTHS),
    (grammar.WEEKDAY, relative.weekday, grammar.WEEKDAYS),
    (grammar.NEAR_DAY, relative.near_day, ("yesterday", "today", "tonight", "tomorrow")),
    (grammar.THIS_UNIT, relative.this_unit, ("this", "last", "next", "past")),
    (grammar.AGO, relative.ago, (1, 2, 3, *_COUNTS)),
    (grammar.LATER, relative.later, (1, 2, 3, *_COUNTS)),
    (grammar.THAT_YEAR, relative.that_unit, ("that", "the")),
)
"""Each pattern, what reads it, and what it begins with: words, or numbers of so many digits."""

_TOKEN = re.compile(r"\d+|[^\W\d_]+")


def _by_first_token() -> dict[str | int, tuple[tuple[re.Pattern[str], Resolver], ...]]:
    tokens = dict.fromkeys(token for _, _, tokens in _PATTERNS for token in tokens)
    return {
        token: tuple((pattern, resolve) for pattern, resolve, firsts in _PATTERNS if token in firsts)
        for token in tokens
    }


_BY_FIRST_TOKEN = _by_first_token()


def _found(text: str) -> list[_Found]:
    """Every match, the earlier and longer ones first; where two overlap, the first that makes a date is taken."""
    candidates: list[_Found] = []
    for token in _TOKEN.finditer(text):
        word, start = token.group(), token.start()
        for pattern, resolve in _BY_FIRST_TOKEN.get(len(word) if word.isdigit() else word.lower(), ()):
            match = pattern.match(text, start)
            if match:
                before = WEEKDAY_BEFORE.search(text, max(0, start - LOOK_BACK), start) if resolve is _day else None
                candidates.append(_Found(before.start() if before else start, match.end(), resolve, match))
    return sorted(candidates, key=lambda found: (found.start, -found.end))


def _context(text: str, anchor: str | None, found: Sequence[_Found]) -> Context:
    told_years = [
        (candidate, year)
        for candidate in found
        if candidate.resolve in (_day, _month_year, absolute.year) and (year := _year_told(candidate.match)) is not None
    ]
    published = _published(anchor, [year for _, year in told_years])
    if published is None:
        published = next((day for candidate, _ in told_years if (day := _dateline(candidate)) is not None), None)
    speaks = any(_speaks(text, candidate) for candidate in found)
    old = any(year < _ANCIENT_UNTIL for _, year in told_years)
    ancient = old or any(candidate.resolve is absolute.ancient for candidate in found)
    ancient = ancient or grammar.ANCIENT_LIFE.search(text) is not None
    return Context(text, published, newsy=published is not None and speaks, ancient=ancient)


def _speaks(text: str, found: _Found) -> bool:
    """Whether the writer names days as one who lives in that week does."""
    match = found.match
    if found.resolve is relative.near_day:
        return match["word"].lower() != "today"
    if found.resolve is relative.weekday:
        return not relative.is_habit(text, match.start(), match.end())
    if found.resolve is relative.this_unit:
        return relative.is_from_now(text, match)
    return found.start < min(match.start(), _DATELINE_WITHIN)


def _year_told(match: re.Match[str]) -> int | None:
    return int(match["year"]) if match["year"] else None


def _published(anchor: str | None, years: Sequence[int]) -> tuple[int, int, int] | None:
    """The anchor in parts; None where there is none, or where the text tells of many years after it."""
    try:
        year, month, day = parts(anchor or "")
    except ValueError:
        return None
    later = sum(year + 1 < told_year <= year + _LATER_BY for told_year in years)
    if later >= _MANY_LATER_YEARS or iso(year, month, day) is None or year < 1 or (day and not month):
        return None
    return year, month, day


def _dateline(found: _Found) -> tuple[int, int, int] | None:
    """The day that the text's head names with its weekday."""
    match = found.match
    if found.resolve is not _day or found.start >= min(match.start(), _DATELINE_WITHIN):
        return None
    day = int(match["year"]), MONTHS[_name(match["month"])], int(match["day"])
    return day if iso(*day) else None
