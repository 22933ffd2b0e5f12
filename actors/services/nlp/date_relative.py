"""Dates that need another date to be understood: "on Tuesday", "last year", "14 July", "two years later"."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from actors.services.nlp.date_context import LOOK_BACK, Context, DateMention, iso, latest, parts, told
from actors.services.nlp.date_grammar import MONTHS, SEASONS, WEEKDAYS, number_named

_FUTURE = re.compile(
    r"\b(?:will|would|shall|scheduled|upcoming|coming|due|expected|plans?\sto|planned|going\sto|to\sbe\s\w+)\b[^.!?\n]*$"
)
_NEXT, _LAST = re.compile(r"(?:[Nn]ext|[Cc]oming)\s$"), re.compile(r"(?:[Ll]ast|[Pp]ast|[Pp]revious)\s$")
_NAME_BEFORE = re.compile(
    r"(?:\b(?:[Bb]lack|[Gg]ood|[Bb]loody|[Ee]aster|[Pp]alm|[Ss]uper|[Aa]sh|[Cc]yber|[Hh]oly|[Ff]at|[Ee]very|[Ee]ach|[Mm]aundy"
    r"|[Ww]hit|[Ee]ither)|day\sto|day\s?[-–—]|day\s(?:and|through|or))\s?$"
)
_NAME_AFTER = re.compile(
    r"\s(?!I\b)[A-Z][a-z]|\s?[-–—]\s?[MTWFS]|\s(?:to|through|and)\s[MTWFS]\w+day|['’]s\s[A-Z]|s\b|\s(?:mornings|afternoons|evenings|nights)"
)
_HABIT = re.compile(
    r"\b(?:per\sweek|weekly|every|each|daily|open|opens|opening\shours|closed|except|usually|often|always|on\sa)\b[^.!?\n]*$"
)
_NOWADAYS_BEFORE = re.compile(
    r"\b(?:still|used|known|exists?|is|are|what|than|even|until|remains?|lives?|living|continues?|world|society|working)"
    r"\s(?:\w+\s){0,2}$"
)
_YEARLY = re.compile(
    r"\b(?:feast|every|each|annual(?:ly)?|celebrated|holiday|birthday|traditionally|usually|always)\b[^.!?\n]*$"
)
_OF_A_STORY = re.compile(r"\b(?:the|his|her|their|its|that)\s$", re.IGNORECASE)
_MONTH_BEFORE = re.compile(
    r"\b(?:in|since|until|till|by|from|during|of|between|and|to|through|last|next|this|early|late|mid|before|after|end|for)"
    r"[\s-]$",
    re.IGNORECASE,
)
_MONTH_AFTER = re.compile(r"\s(?!I\b)[A-Z]|\s\d|['’]\w\w")
_LARGER_NUMBER = re.compile(r"\b(?:hundred|thousand|million|billion|score)\s(?:and\s)?$", re.IGNORECASE)
_ROUGHLY = re.compile(
    r"\b(?:over|than|nearly|almost|about|around|some|roughly|approximately|at\sleast|up\sto|under)\s$", re.IGNORECASE
)
_TODAY = re.compile(r"\b[Tt]oday\b")
_SENTENCE_ENDS = ".!?\n"
_LONGEST_LOOK = 300
_HALF_YEAR = 200
_ROUND, _ROUND_FROM = 10, 50


def near_year(context: Context, before: Sequence[DateMention], position: int, month: int, day: int = 0) -> int | None:
    """The year of a day or month told without one, at `position`: that of the anchor in news, else of the last date."""
    if _YEARLY.search(context.text, max(0, position - 60), position):
        return None
    last = latest(before, position)
    if last is not None and not context.newsy:
        return last.year
    return _closest(context, position, month, day) if context.newsy or not before else None


def _closest(context: Context, position: int, month: int, day: int) -> int | None:
    """The year that brings the day nearest to the anchor; half a year ahead at most, unless the future is told."""
    if context.anchor is None:
        return None
    year = context.anchor[0]
    if not context.anchor[1]:
        return year
    ahead = (month - context.anchor[1]) * 30.4 + ((day or 15) - (context.anchor[2] or 15))
    future = _told_ahead(context, position)
    if ahead > (300 if future else _HALF_YEAR):
        return year - 1
    return year + 1 if ahead < -_HALF_YEAR and future else year


def _told_ahead(context: Context, position: int) -> bool:
    return _FUTURE.search(context.text, max(0, position - 80), position) is not None


def bare_month(match: re.Match[str], context: Context, before: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "in March": a month without a year, where a preposition shows that it is one and its year is plain."""
    start, end = match.span()
    lead = _MONTH_BEFORE.search(context.text, max(0, start - 10), start)
    if lead is None or _MONTH_AFTER.match(context.text, end):
        return
    month = MONTHS[match["month"].lower()]
    last = latest(before, start, within=250)
    if context.newsy and context.anchor:
        year = _closest(context, start, month, 0)
    else:
        year = last.year if last and last.granularity in ("day", "month", "year") else None
    if year is not None:
        yield from told(context, (start, end), iso(year, month))


def weekday(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "on Tuesday": the last one up to the anchor, or the next one where the sentence speaks of the future."""
    today, text, (start, end) = context.today, context.text, match.span()
    if today is None or is_habit(text, start, end):
        return
    back = (today.weekday() - WEEKDAYS[match["weekday"].lower()]) % 7
    if _NEXT.search(text, max(0, start - 8), start):
        back = back - 7 if back else -7
    elif _LAST.search(text, max(0, start - 10), start):
        back = back or 7
    elif back and _told_ahead(context, start):
        back -= 7
    yield from told(context, (start, end), (today - timedelta(days=back)).isoformat())


def near_day(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "yesterday", and "today" where it is not "nowadays"."""
    today, word = context.today, match["word"].lower()
    start, end = match.span()
    if today is None or (word == "today" and (not context.newsy or _nowadays(context.text, start, end))):
        return
    if word == "tomorrow" and _today_is_nowadays(context.text, start, end):
        return
    step = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
    yield from told(context, match.span(), (today + timedelta(days=step)).isoformat())


def _nowadays(text: str, start: int, end: int) -> bool:
    return text.startswith("Today,", start) or (
        _NOWADAYS_BEFORE.search(text, max(0, start - 40), start) is not None or text.startswith((" as ", "'s "), end)
    )


def _today_is_nowadays(text: str, start: int, end: int) -> bool:
    """Whether the sentence of "tomorrow" says "today" of our times: "as they are today and will be tomorrow"."""
    since, until = max(0, start - _LONGEST_LOOK), min(len(text), end + _LONGEST_LOOK)
    since = max(since, *(text.rfind(mark, since, start) + 1 for mark in _SENTENCE_ENDS))
    until = min([until, *(at for mark in _SENTENCE_ENDS if (at := text.find(mark, end, until)) >= 0)])
    return any(_nowadays(text, *today.span()) for today in _TODAY.finditer(text, since, until))


def is_habit(text: str, start: int, end: int) -> bool:
    """Whether the weekday at `start` is told of every week, or is part of a name."""
    return (
        _NAME_BEFORE.search(text, max(0, start - 14), start) is not None
        or _NAME_AFTER.match(text, end) is not None
        or _HABIT.search(text, max(0, start - 60), start) is not None
    )


def this_unit(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "last week", "this year", "next summer", from the anchor."""
    if context.anchor is None or not context.newsy or context.text[match.end() : match.end() + 4] == " of ":
        return
    which, unit, span = match["which"].lower(), match["unit"], match.span()
    step = -1 if which in ("last", "past", "this past") else 1 if which == "next" else 0
    year, month, _day = context.anchor
    if unit == "year":
        yield from told(context, span, iso(year + step))
    elif unit in SEASONS:
        back = step == -1 and SEASONS[unit] >= (month or 1)
        yield from told(context, span, iso(year - back + (step == 1), SEASONS[unit]), "year")
    elif unit == "month" and month:
        yield from told(context, span, _month(year, month + step))
    elif context.today:
        yield from _week_or_day(match, context, context.today, step)


def is_from_now(text: str, match: re.Match[str]) -> bool:
    """Whether "last year" or "this week" is told from the day of writing, not from a day in the story."""
    start, end = match.span()
    return (
        match["which"].lower() in ("last", "this")
        and match["unit"] in ("week", "month", "year")
        and not text.startswith(" of ", end)
        and not _OF_A_STORY.search(text, max(0, start - 8), start)
    )


def _week_or_day(match: re.Match[str], context: Context, today: date, step: int) -> Iterator[DateMention]:
    unit, span = match["unit"], match.span()
    if unit in ("week", "weekend"):
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        begins = monday + timedelta(days=5 if unit == "weekend" else 0)
        if unit == "weekend" and step == 0 and begins > today and not _told_ahead(context, match.start()):
            begins -= timedelta(weeks=1)
        yield from told(context, span, begins.isoformat(), "month")
    elif unit != "day" and (step == 0 or (unit == "night" and step < 0)):
        yield from told(context, span, (today + timedelta(days=step)).isoformat())


def ago(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "two years ago", from the anchor, as fine as its unit."""
    count, unit = _count(match, context.text), match["unit"].lower()
    if context.anchor is None or count is None:
        return
    year, month, _day = context.anchor
    when: str | None = None
    if unit in ("year", "decade"):
        when = iso(year - count * (10 if unit == "decade" else 1))
    elif unit == "month" and month:
        when = _month(year, month - count)
    elif context.today and unit in ("day", "week"):
        when = (context.today - timedelta(days=count * (7 if unit == "week" else 1))).isoformat()
    yield from told(context, match.span(), when, "month" if unit == "week" else None)


def later(match: re.Match[str], context: Context, before: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "two years later", "a month earlier", from the date told last."""
    last, count, way = latest(before, match.start()), _count(match, context.text), match["way"].lower()
    ends = context.text[match.end() : match.end() + 1]
    if last is None or count is None or (way == "before" and (ends.isspace() or not ends)):
        return
    sign = -1 if way in ("earlier", "before") else 1
    yield from told(context, match.span(), _moved(last, match["unit"].lower(), sign * count))


def that_unit(match: re.Match[str], context: Context, before: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "that year", "the following month", "the year before", from the date told last."""
    last = latest(before, match.start())
    if last is None:
        return
    if match["before"]:
        yield from told(context, match.span(), _moved(last, "year", -1))
    else:
        step = 0 if match["same"] else 1 if match["way"] in ("following", "next") else -1
        yield from told(context, match.span(), _moved(last, match["unit"].replace("morning", "day"), step))


def _moved(mention: DateMention, unit: str, step: int) -> str | None:
    """The mention's date moved by `step` units, as fine as the unit; None where the mention is not that fine."""
    year, month, day = parts(mention.date)
    if mention.granularity not in ("day", "month", "year"):
        return None
    if unit == "year":
        return iso(year + step)
    if unit == "month" and month:
        return _month(year, month + step)
    if unit == "day" and day and year > 0:
        moved = date(year, month, day).toordinal() + step
        return date.fromordinal(moved).isoformat() if 1 <= moved <= date.max.toordinal() else None
    return None


def _month(year: int, month: int) -> str | None:
    return iso(year + (month - 1) // 12, (month - 1) % 12 + 1)


def _count(match: re.Match[str], text: str) -> int | None:
    """How many; None where it is the end of a larger number, or a round and rough one: "over 200 years"."""
    start = match.start("count")
    if _LARGER_NUMBER.search(text, max(0, start - LOOK_BACK), start):
        return None
    count = number_named(match["count"].lower())
    rough = count is not None and count >= _ROUND_FROM and count % _ROUND == 0
    return None if rough and _ROUGHLY.search(text, max(0, start - LOOK_BACK), start) else count
