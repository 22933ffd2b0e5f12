"""What a date is read against: the day of publication if it can be trusted, and the dates told before it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from actors.domain.analysis import Granularity

_PARTS = re.compile(r"(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_LENGTHS: dict[Granularity, int] = {"day": 10, "month": 7, "year": 4, "decade": 4, "century": 4}
_FINEST: tuple[Granularity, ...] = ("year", "month", "day")
_LAST_YEAR = 9_999
NEAR = 600
LOOK_BACK = 16
_MODIFIER = re.compile(r"(?<!\w)(?:[Ee]arly|[Mm]id|[Ll]ater?)[-–\s]$")
WEEKDAY_BEFORE = re.compile(r"(?<!\w)(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+(?:the\s+)?$")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text: `text` is `text[start:end]` of it, `date` an ISO 8601 date, year or month.

    `date` is when the period told begins: 1990 for the 1990s, 1600 for the 17th century, -0508 for 508 BC. Of a week
    or a season it is finer than `granularity`, which names the smallest unit that is sure; `certain` is cut to it.
    """

    start: int
    end: int
    text: str
    date: str
    granularity: Granularity

    @property
    def certain(self) -> str:
        """The date as fine as the granularity allows."""
        return self.date[: _LENGTHS[self.granularity] + self.date.startswith("-")]

    @property
    def year(self) -> int:
        """The year the date is in, or begins with; negative before Christ."""
        return parts(self.date)[0]


@dataclass(frozen=True, slots=True)
class Context:
    """The text and its anchor. `anchor` is None where there is none or where the text itself belies it.

    `newsy`: the text speaks from its day ("on Tuesday", "yesterday"). `ancient`: it tells of years before 1000.
    """

    text: str
    anchor: tuple[int, int, int] | None
    newsy: bool
    ancient: bool

    @property
    def today(self) -> date | None:
        """The day of publication, where it is known to the day."""
        return date(*self.anchor) if self.anchor and self.anchor[2] else None


def parts(iso: str) -> tuple[int, int, int]:
    """Year, month and day of an ISO date, 0 for what it does not tell.

    Raises:
        ValueError: it does not begin with a year.
    """
    match = _PARTS.match(iso)
    if match is None:
        raise ValueError(f"not an ISO date: {iso!r}")
    return int(match[1]), int(match[2] or 0), int(match[3] or 0)


def iso(year: int, month: int = 0, day: int = 0) -> str | None:
    """The ISO date, as fine as it is told; None where there is no such day."""
    if year == 0 or abs(year) > _LAST_YEAR:
        return None
    text = f"-{-year:04d}" if year < 0 else f"{year:04d}"
    if not month:
        return text
    if not day:
        return f"{text}-{month:02d}"
    try:
        date(max(year, 1), month, day)
    except ValueError:
        return None
    return f"{text}-{month:02d}-{day:02d}"


def told(
    context: Context, span: tuple[int, int], when: str | None, granularity: Granularity | None = None
) -> Iterator[DateMention]:
    """The mention at `span`, with an "early", "late" or weekday before it; nothing where `when` is None."""
    if when is None:
        return
    start, end = span
    finest = _FINEST[when.lstrip("-").count("-")]
    pattern = WEEKDAY_BEFORE if finest == "day" else _MODIFIER
    before = pattern.search(context.text, max(0, start - LOOK_BACK), start)
    start = before.start() if before else start
    yield DateMention(start, end, context.text[start:end], when, granularity or finest)


def latest(mentions: Sequence[DateMention], position: int, *, within: int = NEAR) -> DateMention | None:
    """The mention told last before `position`, if it is near."""
    if mentions and position - mentions[-1].end <= within:
        return mentions[-1]
    return None
