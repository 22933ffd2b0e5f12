"""The key phrases as a word cloud: the higher its score, the larger a phrase, and none lies over another."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from actors.services.report.charts.svg import joined, scaled, width
from actors.services.report.wording import line

_WIDTH, _HEIGHT, _MARGIN = 400.0, 300.0, 4.0
_SMALLEST, _LARGEST = 11.5, 32.0
_MOST_WORDS, _LONGEST_WORD = 36, 32
_TONES = 4
_SCALES = (1.0, 0.8, 0.64)
_TURN_STEP, _TURNS = 0.22, 900

_SPIRAL = tuple(
    (_WIDTH * (0.5 + 0.75 * turn * math.cos(angle)), _HEIGHT * (0.5 + 0.75 * turn * math.sin(angle)))
    for turn, angle in ((step / _TURNS, step * _TURN_STEP) for step in range(_TURNS))
)
"""Points on an Archimedean spiral from the middle outwards, stretched to the frame."""

Box = tuple[float, float, float, float]
Word = tuple[str, float, Box, int]
"""Its text, font size, room and tone."""


def cloud(phrases: Sequence[tuple[str, float]]) -> Markup:
    """Phrases with finite scores above 0, best first; empty where there is none."""
    named = [(line(text, _LONGEST_WORD), score) for text, score in phrases]
    usable = [(text, score) for text, score in named if text and math.isfinite(score) and score > 0]
    ranked = sorted(usable, key=lambda each: (-each[1], each[0]))[:_MOST_WORDS]
    words: list[Word] = []
    for scale in _SCALES:
        words = _placed(ranked, scale, all_or_none=scale != _SCALES[-1])
        if len(words) == len(ranked):
            break
    return _drawn(words) if words else Markup("")


def _placed(ranked: Sequence[tuple[str, float]], scale: float, *, all_or_none: bool) -> list[Word]:
    """The words that find room, the heaviest first and nearest to the middle."""
    boxes: list[Box] = []
    words: list[Word] = []
    for rank, (text, score) in enumerate(ranked):
        size = max(_size(text, score, ranked) * scale, min(_SMALLEST, _size(text, score, ranked)))
        box = _place(width(text, size) + 2 * _MARGIN, size * 1.1 + _MARGIN, boxes)
        if box is not None:
            boxes.append(box)
            words.append((text, size, box, rank * _TONES // len(ranked)))
        elif all_or_none:
            return []
    return words


def _size(text: str, score: float, ranked: Sequence[tuple[str, float]]) -> float:
    """By the square root of the score, so that the area of a word, not its height, tells it."""
    best, worst = math.sqrt(ranked[0][1]), math.sqrt(ranked[-1][1])
    share = (math.sqrt(score) - worst) / (best - worst) if best > worst else 0.4
    size = _SMALLEST + (_LARGEST - _SMALLEST) * share
    return max(min(size, 0.9 * _WIDTH * size / width(text, size)), 1.0)


def _place(wide: float, high: float, boxes: Sequence[Box]) -> Box | None:
    """The first free place on the spiral; the boxes grow by half of the word, so that its middle tells whether it hits.

    What was in the way of one point mostly is in the way of the next too, and is asked first.
    """
    across, down = wide / 2, high / 2
    grown = [(box[0] - across, box[1] - down, box[2] + across, box[3] + down) for box in boxes]
    left = top = right = bottom = 0.0
    for x, y in _SPIRAL:
        if left < x < right and top < y < bottom:
            continue
        if not (across <= x <= _WIDTH - across and down <= y <= _HEIGHT - down):
            continue
        hit = next((box for box in grown if box[0] < x < box[2] and box[1] < y < box[3]), None)
        if hit is None:
            return x - across, y - down, x + across, y + down
        left, top, right, bottom = hit
    return None


def _drawn(words: Sequence[Word]) -> Markup:
    top = min(box[1] for _, _, box, _ in words)
    bottom = max(box[3] for _, _, box, _ in words)
    texts = [
        Markup('<text class="w%d" x="%.1f" y="%.1f" font-size="%.1f">%s</text>')
        % (tone, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 - top + size * 0.34, size, text)
        for text, size, box, tone in words
    ]
    names = ", ".join(text for text, *_ in words[:12])
    return scaled("cloud", "Key phrases by weight", f"The heaviest: {names}", (_WIDTH, bottom - top), joined(texts))
