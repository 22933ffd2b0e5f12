"""The dated events along an axis: numbered as in the table, stacked where they crowd, whatever time they span."""

from collections.abc import Sequence

from markupsafe import Markup

from actors.domain.analysis import TimelineEvent
from actors.services.report.charts.svg import joined, stretched
from actors.services.report.charts.time_axis import Axis, beginning, ending, ticks
from actors.services.report.wording import in_words

_DOT, _LANE, _FOOT, _HEAD = 10.0, 23.0, 34.0, 6.0
_DOT_SHARE = 7.4
_LEAST_BAR = 11.0
_MOST_LANES = 7
_EDGE, _NEAR_EDGE = 4.0, 10.0

Stretch = tuple[float, float]
Arrangement = tuple[Axis, list[Stretch], list[int]]
"""The axis, and of each event its place and its lane."""


def timeline_chart(events: Sequence[TimelineEvent]) -> Markup:
    """The events, numbered from 1 in the order given; empty where there is none."""
    if not events:
        return Markup("")
    axis, places, lanes = _arranged(events)
    floor = _HEAD + (max(lanes) + 1) * _LANE
    marks = [
        _mark(number, place, floor - (lane + 0.5) * _LANE)
        for number, (place, lane) in enumerate(zip(places, lanes, strict=True), 1)
    ]
    line = Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(floor)
    labels = [_tick(axis, value, label, floor) for value, label in ticks(axis)]
    first, last = events[0], events[-1]
    span = f"{len(events)} dated events, from {_named(first)} to {_named(last)}"
    note = "; the axis is stretched where events crowd" if axis.stretch else ""
    return stretched("timeline", "Timeline", span + note, floor + _FOOT, joined([line, *labels, *marks]))


def is_stretched(events: Sequence[TimelineEvent]) -> bool:
    """Whether the distances on the axis are not to scale."""
    return bool(events) and _arranged(events)[0].stretch > 0


def _named(event: TimelineEvent) -> str:
    return in_words(event.date, event.granularity)


def _arranged(events: Sequence[TimelineEvent]) -> Arrangement:
    """On the first axis, from true to scale to evenly spaced, on which the events do not pile up too high."""
    values = [(beginning(event.date), ending(event.date, event.granularity)) for event in events]
    tried = []
    for stretch in (0.0, 0.5, 1.0):
        axis = Axis.over(values, stretch, _EDGE)
        places = [_place(axis, start, end) for start, end in values]
        tried.append((axis, places, _lanes(places)))
        if max(tried[-1][2]) < _MOST_LANES:
            return tried[-1]
    return min(tried, key=lambda each: max(each[2]))


def _place(axis: Axis, start: float, end: float) -> Stretch:
    """Where the mark lies, in percent: a dot, or a bar where the time told is long enough to be seen."""
    left, right = axis.at(start), axis.at(end)
    if right - left >= _LEAST_BAR:
        return left, right
    middle = min(max((left + right) / 2, _EDGE), 100 - _EDGE)
    return middle - _DOT_SHARE / 2, middle + _DOT_SHARE / 2


def _lanes(places: Sequence[Stretch]) -> list[int]:
    """The lowest free lane for each, dots before bars of the same beginning."""
    taken: list[list[Stretch]] = []
    lanes = [0] * len(places)
    for index in sorted(range(len(places)), key=lambda each: (places[each][1] - places[each][0], places[each], each)):
        left, right = places[index]
        free = (lane for lane, row in enumerate(taken) if all(right <= start or end <= left for start, end in row))
        lanes[index] = next(free, len(taken))
        if lanes[index] == len(taken):
            taken.append([])
        taken[lanes[index]].append((left, right))
    return lanes


def _mark(number: int, place: Stretch, y: float) -> Markup:
    left, right = place
    middle = (left + right) / 2
    if right - left > _DOT_SHARE + 0.01:
        shape = Markup('<rect class="span" x="%.2f%%" y="%.1f" width="%.2f%%" height="%s" rx="%s"/>') % (
            left,
            y - _DOT,
            right - left,
            2 * _DOT,
            _DOT,
        )
    else:
        shape = Markup('<circle class="dot" cx="%.2f%%" cy="%.1f" r="%s"/>') % (middle, y, _DOT)
    return shape + Markup('<text class="number" x="%.2f%%" y="%.1f">%d</text>') % (middle, y + 4, number)


def _tick(axis: Axis, value: float, label: str, floor: float) -> Markup:
    at = axis.at(value)
    anchor = "start" if at < _NEAR_EDGE else "end" if at > 100 - _NEAR_EDGE else "mid"
    x = 0 if anchor == "start" else 100 if anchor == "end" else at
    return Markup(
        '<line class="axis" x1="{0:.2f}%" x2="{0:.2f}%" y1="{1}" y2="{2}"/>'
        '<text class="note {3}" x="{4:.2f}%" y="{5}">{6}</text>'
    ).format(at, floor, floor + 6, anchor, x, floor + 22, label)
