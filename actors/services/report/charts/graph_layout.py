"""Where the nodes of a graph go: near their neighbours, inside the frame, and no label over another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SEED = 7
_STEPS, _FIRST_STEP, _NEAREST = 80, 0.1, 0.01
_ROUNDS = 400
_GAP, _TOUCHING = 5.0, 0.1

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """The room a node takes around its middle, label below included."""

    half: float
    above: float
    below: float

    @classmethod
    def around(cls, radius: float, label_width: float, font_size: float) -> "Box":
        """The room of a mark with a label under it."""
        below = radius + font_size * 1.35
        return cls(half=max(label_width / 2, radius * 1.15) + _GAP / 2, above=radius * 1.15 + _GAP / 2, below=below)


def arranged(
    ids: Sequence[str], boxes: Sequence[Box], links: Sequence[tuple[str, str, int]], frame: Point
) -> dict[str, Point]:
    """The middle of every node by its id. The same input gives the same places."""
    places = _spread(_sprung(ids, links), boxes, frame)
    for _ in range(_ROUNDS):
        if not _pushed_apart(places, boxes, frame):
            break
    return {name: (round(x, 1), round(y, 1)) for name, (x, y) in zip(ids, places, strict=True)}


def _sprung(ids: Sequence[str], links: Sequence[tuple[str, str, int]]) -> list[Point]:
    """Fruchterman and Reingold's forces (Software: Practice and Experience 21, 1991), links pulling by their weight."""
    number = {name: place for place, name in enumerate(ids)}
    pull = np.zeros((len(ids), len(ids)))
    for one, other, weight in links:
        pull[number[one], number[other]] = pull[number[other], number[one]] = max(weight, 1) ** 0.5
    places = np.random.default_rng(_SEED).random((len(ids), 2))
    ideal = len(ids) ** -0.5
    for step in np.linspace(_FIRST_STEP, 0, _STEPS, endpoint=False):
        apart = places[:, None] - places
        distance = np.maximum(np.sqrt((apart**2).sum(axis=2)), _NEAREST)
        moves = ((ideal**2 / distance**2 - pull * distance / ideal)[:, :, None] * apart).sum(axis=1)
        lengths = np.maximum(np.sqrt((moves**2).sum(axis=1)), _NEAREST)
        places += moves * (step / lengths)[:, None]
    return [(round(float(x), 4), round(float(y), 4)) for x, y in places]


def _spread(places: Sequence[Point], boxes: Sequence[Box], frame: Point) -> list[list[float]]:
    """To the frame, half by distance and half by rank: far nodes come nearer, crowds get room."""
    columns = [_blended([place[axis] for place in places]) for axis in (0, 1)]
    return [
        [
            box.half + x * (frame[0] - 2 * box.half),
            box.above + y * (frame[1] - box.above - box.below),
        ]
        for x, y, box in zip(*columns, boxes, strict=True)
    ]


def _blended(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    order = sorted(range(len(values)), key=lambda each: (values[each], each))
    ranks = {index: rank / max(len(values) - 1, 1) for rank, index in enumerate(order)}
    span = high - low or 1.0
    return [0.5 * (value - low) / span + 0.5 * ranks[index] for index, value in enumerate(values)]


def _pushed_apart(places: list[list[float]], boxes: Sequence[Box], frame: Point) -> bool:
    """One round of moving overlapping boxes apart, the short way; answers whether any did overlap."""
    moved = False
    for one in range(len(places)):
        for other in range(one + 1, len(places)):
            moved |= _separated(places[one], boxes[one], places[other], boxes[other])
    for place, box in zip(places, boxes, strict=True):
        place[0] = min(max(place[0], box.half), frame[0] - box.half)
        place[1] = min(max(place[1], box.above), frame[1] - box.below)
    return moved


def _separated(place: list[float], box: Box, other: list[float], other_box: Box) -> bool:
    across = box.half + other_box.half - abs(place[0] - other[0])
    upper, lower = (box, other_box) if place[1] <= other[1] else (other_box, box)
    down = upper.below + lower.above - abs(place[1] - other[1])
    if min(across, down) <= _TOUCHING:
        return False
    axis, by = (0, across) if across < down else (1, down)
    step = (by / 2 + 0.05) * (1 if place[axis] <= other[axis] else -1)
    place[axis] -= step
    other[axis] += step
    return True
