"""From dates to places on an axis, and the dates worth writing under it, from three days to many centuries."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actors.domain.analysis import Granularity
from actors.services.report.wording import in_words

_LENGTHS: dict[Granularity, float] = {"day": 0.0, "month": 1 / 12, "year": 1.0, "decade": 10.0, "century": 100.0}
_YEAR_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000)
_MOST_TICKS, _MOST_WHEN_STRETCHED = 6, 60
_DAYS_SPAN, _MONTHS_SPAN = 0.2, 3.0
_YEAR_ROOM, _DATE_ROOM = 14.0, 31.0


@dataclass(frozen=True, slots=True)
class Axis:
    """A growing map from years to percent. `stretch` 0 is to scale, 1 gives every distinct beginning equal room."""

    knots: tuple[float, ...]
    first: float
    last: float
    stretch: float
    edge: float

    @classmethod
    def over(cls, values: Sequence[tuple[float, float]], stretch: float, edge: float) -> "Axis":
        """An axis over beginnings and ends, with `edge` percent left free at both sides."""
        knots = tuple(sorted({start for start, _ in values}))
        return cls(knots=knots, first=knots[0], last=max(end for _, end in values), stretch=stretch, edge=edge)

    def at(self, value: float) -> float:
        """The place of a time, in percent."""
        room = 100 - 2 * self.edge
        if self.last <= self.first:
            return 50.0
        true = (value - self.first) / (self.last - self.first)
        even = self._even(value) if self.stretch else true
        share = (1 - self.stretch) * true + self.stretch * even
        return self.edge + room * min(max(share, 0.0), 1.0)

    def _even(self, value: float) -> float:
        """The share of the axis before a time, were all stretches between its knots of one length."""
        marks = (*self.knots, self.last) if self.last > self.knots[-1] else self.knots
        after = min(max(bisect_right(marks, value), 1), len(marks) - 1)
        within = (value - marks[after - 1]) / (marks[after] - marks[after - 1])
        return (after - 1 + min(max(within, 0.0), 1.0)) / (len(marks) - 1)


def beginning(date: str) -> float:
    """The date as a number of years."""
    sign = -1 if date.startswith("-") else 1
    year, *finer = date.removeprefix("-").split("-")
    month = min(max(int(finer[0]), 1), 12) if finer else 1
    day = min(max(int(finer[1]), 1), 31) if len(finer) > 1 else 1
    return sign * int(year) + (month - 1) / 12 + (day - 1) / 372


def ending(date: str, granularity: Granularity) -> float:
    """The end of the time that the date tells of."""
    return beginning(date) + _LENGTHS[granularity]


def ticks(axis: Axis) -> list[tuple[float, str]]:
    """Times and their labels, far enough apart to be read on a phone."""
    span = axis.last - axis.first
    room = _YEAR_ROOM if span > _MONTHS_SPAN else _DATE_ROOM
    chosen: list[tuple[float, str]] = []
    for value, label in _candidates(axis, span):
        if not chosen or axis.at(value) - axis.at(chosen[-1][0]) >= room:
            chosen.append((value, label))
    return chosen


def _candidates(axis: Axis, span: float) -> Iterator[tuple[float, str]]:
    if span <= _DAYS_SPAN:
        yield from ((knot, in_words(_iso(knot, 10))) for knot in axis.knots)
    elif span <= _MONTHS_SPAN:
        for month in range(int(axis.first * 12 + 0.999), int(axis.last * 12) + 1):
            yield month / 12, in_words(_iso(month / 12, 7))
    else:
        most = _MOST_WHEN_STRETCHED if axis.stretch else _MOST_TICKS
        step = next((each for each in _YEAR_STEPS if span / each <= most), _YEAR_STEPS[-1])
        first = -int(-axis.first // step) * step
        for year in range(first, int(axis.last) + 1, step):
            yield float(year), in_words(_iso(float(year), 4))


def _iso(value: float, length: int) -> str:
    """The date `beginning` made a number of, cut to `length` characters."""
    days = round(value * 372)
    year, rest = divmod(days, 372)
    sign = "-" if year < 0 else ""
    return sign + f"{abs(year):04d}-{rest // 31 + 1:02d}-{rest % 31 + 1:02d}"[:length]
