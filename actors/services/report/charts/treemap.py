"""The topics as tiles: the more passages tell of one, the larger it is."""

from collections.abc import Sequence

from markupsafe import Markup

from actors.domain.analysis import Topic
from actors.services.report.charts.svg import fit, joined, scaled, width
from actors.services.report.wording import line, percent

_WIDTH, _HEIGHT, _GAP, _PADDING = 400.0, 250.0, 3.0, 8.0
_LABEL, _SMALL, _LEADING = 14.0, 11.5, 1.3
_MOST_TILES, _THINNEST, _LEAST_SHARE = 14, 0.5, 0.001
_BOLD = 1.1

Rect = tuple[float, float, float, float]


def treemap(topics: Sequence[Topic]) -> Markup:
    """The topics that have a share worth a tile, largest first; empty where there is none."""
    least = _LEAST_SHARE * sum(topic.weight for topic in topics)
    shown = sorted((topic for topic in topics if topic.weight > least), key=lambda topic: (-topic.weight, topic.label))
    shown = shown[:_MOST_TILES]
    if not shown:
        return Markup("")
    tiles = [_tile(topic, rect, rank) for rank, (topic, rect) in enumerate(zip(shown, _rects(shown), strict=True))]
    names = "; ".join(f"{line(topic.label, 60)}, {percent(topic.weight)}" for topic in shown)
    return scaled("treemap", "Topics by their share of the passages", names, (_WIDTH, _HEIGHT), joined(tiles))


def _rects(topics: Sequence[Topic]) -> list[Rect]:
    import squarify

    sizes = squarify.normalize_sizes([topic.weight for topic in topics], _WIDTH + _GAP, _HEIGHT + _GAP)
    places = squarify.squarify(sizes, 0, 0, _WIDTH + _GAP, _HEIGHT + _GAP)
    return [
        (
            min(each["x"], _WIDTH - _THINNEST),
            min(each["y"], _HEIGHT - _THINNEST),
            max(each["dx"] - _GAP, _THINNEST),
            max(each["dy"] - _GAP, _THINNEST),
        )
        for each in places
    ]


def _tile(topic: Topic, rect: Rect, rank: int) -> Markup:
    x, y, wide, high = rect
    drawn = [
        Markup('<rect class="tile t{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="3"/>').format(
            min(rank, 3), x, y, wide, high
        )
    ]
    top = y + _PADDING
    for text, size, kind in _lines(topic, wide - 2 * _PADDING, high - 2 * _PADDING):
        top += size * _LEADING
        drawn.append(
            Markup('<text class="{}" x="{:.1f}" y="{:.1f}" font-size="{}">{}</text>').format(
                kind, x + _PADDING, top - size * 0.35, size, text
            )
        )
    return joined(drawn)


def _lines(topic: Topic, wide: float, high: float) -> list[tuple[str, float, str]]:
    """The label, the share and the terms, as far as they fit."""
    wanted = [(text, _LABEL, "label") for text in _wrapped(line(topic.label, 80), _LABEL, wide / _BOLD)]
    wanted.append((percent(topic.weight), _SMALL, "note"))
    terms = line(", ".join(topic.terms), 200)
    if terms.casefold() != topic.label.casefold():
        wanted.extend((text, _SMALL, "note") for text in _wrapped(terms, _SMALL, wide))
    lines: list[tuple[str, float, str]] = []
    for text, size, kind in wanted:
        high -= size * _LEADING
        if high < 0 or not text:
            break
        lines.append((text, size, kind))
    return lines


def _wrapped(text: str, size: float, wide: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}", size) <= wide:
            lines[-1] += f" {word}"
        else:
            lines.append(fit(word, size, wide))
    return lines
