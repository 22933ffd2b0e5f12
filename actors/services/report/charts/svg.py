"""What all charts share: the frame with its accessible name, and how much room a text takes."""

import unicodedata
from functools import lru_cache

from markupsafe import Markup

_NARROW, _LETTER, _BROAD, _SQUARE = 0.34, 0.62, 0.78, 1.05
_LEAST_LETTERS = 3
_THIN = frozenset("iljtfI.,:;'’!|()[] ")
_THICK = frozenset("mwMW@%—")


def width(text: str, size: float) -> float:
    """The room that `text` takes at a font size, in its unit: an estimate on the safe side for system fonts."""
    return size * sum(_share(char) for char in text)


@lru_cache(maxsize=4096)
def _share(char: str) -> float:
    if char in _THIN:
        return _NARROW
    if unicodedata.east_asian_width(char) in "WF":
        return _SQUARE
    if unicodedata.combining(char):
        return 0.0
    return _BROAD if char in _THICK or char.isupper() else _LETTER


def fit(text: str, size: float, room: float) -> str:
    """`text`, cut with an ellipsis where it is wider than `room`; empty where not even three letters fit."""
    if width(text, size) <= room:
        return text
    used = width("…", size)
    for taken, char in enumerate(text):
        used += width(char, size)
        if used > room:
            return f"{text[:taken].rstrip()}…" if taken >= _LEAST_LETTERS else ""
    return text


def scaled(name: str, title: str, description: str, box: tuple[float, float], body: Markup) -> Markup:
    """A drawing of fixed shape, `box` wide and high, that grows and shrinks with the page."""
    frame = Markup('viewBox="0 0 {:.0f} {:.0f}"').format(*box)
    return _drawn(name, title, description, frame, body)


def stretched(name: str, title: str, description: str, height: float, body: Markup) -> Markup:
    """A drawing as wide as the page, whose text keeps its size: horizontal places in it are percentages."""
    frame = Markup('width="100%" height="{:.0f}"').format(height)
    return _drawn(name, title, description, frame, body)


def _drawn(name: str, title: str, description: str, frame: Markup, body: Markup) -> Markup:
    return Markup(
        '<svg class="chart {0}" role="img" aria-labelledby="{0}-title {0}-description" {3}>'
        '<title id="{0}-title">{1}</title><desc id="{0}-description">{2}</desc>{4}</svg>'
    ).format(name, title, description, frame, body)


def joined(parts: list[Markup]) -> Markup:
    """The parts, one after another."""
    return Markup("").join(parts)
