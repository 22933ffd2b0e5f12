"""Dates that stand for themselves: years, decades, centuries, seasons, and days in figures."""

import re
from collections.abc import Iterator, Sequence

from actors.services.nlp.date_context import LOOK_BACK, Context, DateMention, iso, latest, told
from actors.services.nlp.date_grammar import DECADES, ORDINALS, SEASONS, SPACED_RANGE

_NOT_A_YEAR_BEFORE = re.compile(
    r"(?:\b(?:pages?|pp?\.|no\.|nos\.|number|room|chapter|section|article|vol\.|volume|line|route|highway|flight|model|windows"
    r"|office|isbn|issn|tel\.?:?|phone:?|fax:?|code|postcode|box|suite|apt\.?|lot|bus|channel|rfc|iso|ext\.?|boeing|figure"
    r"|fig\.|table|usd|eur|gbp|rs\.?|level|size|top|another|every|those|these)\s?"
    r"|[$€£¥#+]\s?|\d[\s\u00a0])$",
    re.IGNORECASE,
)
_QUANTIFIER = re.compile(
    r"\b(?:nearly|almost|than|approximately|roughly|up\sto|least|most|only|total\sof|exactly|some|estimated)\s$",
    re.IGNORECASE,
)
_VAGUE_QUANTIFIER = re.compile(r"\b(?:about|around|over|under)\s$", re.IGNORECASE)
_UNIT = re.compile(
    r"[\s-](?:people|persons?|men|women|(?:school)?children|soldiers|troops|inhabitants|residents|members|students|participants|patients"
    r"|respondents|copies|words|pages|years?|days|hours?|minutes|seconds|km|m|metres?|meters?|feet|foot|ft|miles?|yards?|acres?"
    r"|hectares?|kg|tons?|tonnes|dollars?|euros?|pounds?|rupees|yen|cases|deaths|votes|homes|houses|rooms|seats|units|items"
    r"|vehicles|cars|ships|islands|species|times|percent|per\s(?:cent|day|year|person)|million|billion|thousand|calories|watts?|[MGk]W|rpm|[MGk]?Hz"
    r"|[MGkKT]i?B|pixels|degrees|hrs|UTC|GMT|locals?|points|jobs|others|mg|ml|mm|cm|employees|workers|staff|guests|spectators"
    r"|academics|entries|articles|characters|kilometers|kilometres|square|cubic)\b"
)
_TEMPERATURE = re.compile(r"temperature|degree|[°º]|[Ff]ahrenheit|[Cc]elsius|weather|age[ds]?\b")
_ADDRESS = re.compile(
    r",?\s(?:[NSEW]\.?\s)?(?:[A-Z0-9][\w.'’]*\s){0,3}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Drive|Highway|Hwy|Way"
    r"|Square|Place|Plaza|Parkway|Pkwy|Broadway|Terrace|Court)\b"
)
_PLURAL = re.compile(
    r"\s(?!(?:was|is|has|as|its|this|across|thus|his|us|does|always|perhaps|towards|besides|onwards|afterwards|levels|elections|census)\b)[a-z]+s\b"
)
_ANCIENT_LEAD = re.compile(
    r"\b(?:(?P<year>the\syear)|in|after|since|until|by|before|of|from|about|around|ca?\.)\s$", re.IGNORECASE
)
_OWN_CENTURY = re.compile(
    r"\b(?:[Oo]ur|[Ii]ts|[Tt]heir|[Hh]is|[Hh]er|[Mm]y|[Yy]our|[a-z]{2,12}['’]s|(?P<any>[Aa]n?|[Aa]nother))\s$"
)
"""What a century of somebody's own is counted by: `its second century`."""
_ENDS = re.compile(r"\s(?:of|as|in|for|with|when|to)\b|\W*$|[.,;:!?)]")
_DECADE, _CENTURY, _TWO_DIGITS, _MONTHS = 10, 100, 2, 12
_DECADES_KEEP_FROM = 2_000
_LATEST_CENTURY = 22
_LATEST_OWN_CENTURY = 10
_PIVOT = 50
_THIS_CENTURY_BUT_ONE = 1_900
_FIRST_YEAR = 1_066


def year(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "1984", "1980s", "1914–18", "2012-03": a year that is no quantity, page, address or price."""
    value, span = int(match["year"]), match.span("year")
    if match["decade"]:
        of_century = value % _CENTURY == 0 and value < _DECADES_KEEP_FROM
        if value % _DECADE == 0:
            yield from told(context, match.span(), iso(value), "century" if of_century else "decade")
        elif len(match["decade"]) == len("'s"):
            yield from told(context, span, iso(value))
    elif (value < _FIRST_YEAR and not context.ancient) or _is_quantity(context.text, *match.span()):
        return
    elif match["to"]:
        yield from _range(match, context, value)
    else:
        yield from told(context, span, iso(value))
        spaced = SPACED_RANGE.match(context.text, match.end())
        if spaced and int(spaced["to"]) > value % _CENTURY:
            yield from told(context, spaced.span("to"), iso(value - value % _CENTURY + int(spaced["to"])))


def _range(match: re.Match[str], context: Context, first: int) -> Iterator[DateMention]:
    to = match["to"]
    last = int(to) if len(to) > _TWO_DIGITS else first - first % _CENTURY + int(to)
    if last < first and first % _CENTURY + 1 == _CENTURY and int(to) == 0:
        last += _CENTURY
    if match["dash"] == "-" and len(to) == _TWO_DIGITS and 1 <= int(to) <= _MONTHS and last != first + 1:
        yield from told(context, match.span(), iso(first, int(to)))
        return
    yield from told(context, match.span("year"), iso(first))
    if last > first:
        yield from told(context, match.span("to"), iso(last))


def _is_quantity(text: str, start: int, end: int) -> bool:
    before = max(0, start - 16)
    if _NOT_A_YEAR_BEFORE.search(text, before, start) or _UNIT.match(text, end) or _ADDRESS.match(text, end):
        return True
    plural = _PLURAL.match(text, end) is not None
    if _QUANTIFIER.search(text, before, start):
        return True
    return plural and (text[end - 2 : end] == "00" or _VAGUE_QUANTIFIER.search(text, before, start) is not None)


def ancient(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "508 BC", "AD 71": years that name their era."""
    if match["ad"]:
        yield from told(context, match.span(), iso(int(match["after"])))
        return
    sign = -1 if match["era"].startswith("B") else 1
    if match["to"]:
        yield from told(context, match.span("year"), iso(sign * int(match["year"])))
        yield from told(context, (match.start("to"), match.end()), iso(sign * int(match["to"])))
    else:
        yield from told(context, match.span(), iso(sign * int(match["year"])))


def bare_ancient(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "in 373", in a text that tells of such times; "the year 71" anywhere."""
    lead = _ANCIENT_LEAD.search(context.text, max(0, match.start() - LOOK_BACK), match.start())
    if lead is None:
        return
    if lead["year"] or (context.ancient and len(match["year"]) > _TWO_DIGITS):
        yield from told(context, match.span("year"), iso(int(match["year"])))
        if match["to"]:
            yield from told(context, match.span("to"), iso(int(match["to"])))


def century(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "17th century", "the fifteenth and sixteenth centuries": dated by their first year."""
    first, to = _ordinal(match["first"]), _ordinal(match["to"])
    sign = -1 if (match["era"] or "").startswith("B") else 1
    if first is None or _is_own_century(match, context.text, first):
        return
    end = match.end("first") if to else match.end()
    yield from told(context, (match.start(), end), _century(first, sign), "century")
    if to:
        yield from told(context, (match.start("to"), match.end()), _century(to, sign), "century")


def _is_own_century(match: re.Match[str], text: str, number: int) -> bool:
    """Whether it is counted from somebody's own beginning: "our third century as a nation", "a second century of"."""
    if match["era"] or match["to"] or number > _LATEST_OWN_CENTURY or "-" in match.group():
        return False
    owner = _OWN_CENTURY.search(text, max(0, match.start() - 24), match.start())
    return owner is not None and (owner["any"] is None or _ENDS.match(text, match.end()) is not None)


def _century(number: int, sign: int) -> str | None:
    return iso(-number * _CENTURY) if sign < 0 else iso(max(1, (number - 1) * _CENTURY))


def _ordinal(word: str | None) -> int | None:
    if not word:
        return None
    number = int(word[:-2]) if word[0].isdigit() else ORDINALS.get(word)
    return number if number and number <= _LATEST_CENTURY else None


def short_decade(match: re.Match[str], context: Context, before: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "'60s", "1920s and 30s", "the 20s"."""
    last = latest(before, match.start(), within=40)
    decades = last if last and last.granularity == "decade" else None
    marked = context.text[max(0, match.start() - 1) : match.start()] in ("'", "’")
    if marked or decades or _names_years(context.text, *match.span()):
        base = decades.year // _CENTURY * _CENTURY if decades else _THIS_CENTURY_BUT_ONE
        yield from told(context, match.span(), iso(base + int(match["decade"])), "decade")


def decade_word(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "the sixties"."""
    if match["word"] in DECADES:
        when = iso(_THIS_CENTURY_BUT_ONE + _DECADE * DECADES[match["word"]])
        yield from told(context, match.span("word"), when, "decade")


def _names_years(text: str, start: int, end: int) -> bool:
    """Whether "the 20s" are years: neither an age nor a temperature."""
    return text[max(0, start - 4) : start].lower() == "the " and not _TEMPERATURE.search(
        text, max(0, start - 80), end + 40
    )


def season(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "summer of 2012": dated by the month it begins in (in the north), sure to the year."""
    yield from told(context, match.span(), iso(int(match["year"]), SEASONS[match["season"].lower()]), "year")


def iso_day(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "2021-05-03"."""
    if 1 <= int(match["month"]) <= _MONTHS:
        yield from told(context, match.span(), iso(int(match["year"]), int(match["month"]), int(match["day"]) or 99))


def numeric(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "25/12/2020", "12/25/20", "3.5.2021": only where one of the two can be no month, or dots show the order."""
    first, second, digits = int(match["first"]), int(match["second"]), match["year"]
    dotted = match["dash"] == "."
    if dotted and len(digits) == _TWO_DIGITS:
        return
    full = int(digits) if len(digits) > _TWO_DIGITS else int(digits) + (2000 if int(digits) < _PIVOT else 1900)
    if second <= _MONTHS and (dotted or first > _MONTHS or first == second):
        day, month = first, second
    elif first <= _MONTHS < second:
        day, month = second, first
    else:
        return
    if day and month:
        yield from told(context, match.span(), iso(full, month, day))


def named(match: re.Match[str], context: Context, _: Sequence[DateMention]) -> Iterator[DateMention]:
    """As in "9/11"."""
    yield from told(context, match.span(), "2001-09-11")
