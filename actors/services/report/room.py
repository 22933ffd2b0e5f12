"""How much of each quoted passage is shown, so that the page stays light whatever was quoted."""

from collections.abc import Iterable

from markupsafe import escape

from actors.services.report.quotes import Quote

_SHORTEST, _LONGEST = 80, 1_400


def fitting(quotes: Iterable[Quote], room: float) -> int:
    """The most characters shown of each passage with which all take about `room` bytes, within sensible bounds."""
    sizes = sorted((len(quote.passage.text), _size(quote)) for quote in quotes if quote.passage.text)
    by_character = sum(size / length for length, size in sizes)
    for length, size in sizes:
        if length * by_character > room:
            return min(max(int(room / by_character), _SHORTEST), _LONGEST)
        room -= size
        by_character -= size / length
    return _LONGEST


def _size(quote: Quote) -> int:
    return len(escape(quote.passage.text).encode(errors="replace"))
