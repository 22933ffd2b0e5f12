"""The tone of each source as a bar to the left or right of neutral."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from actors.domain.analysis import SourceSentiment
from actors.domain.documents import Source
from actors.services.report.charts.svg import fit, joined, stretched
from actors.services.report.wording import line, signed

MOST_BARS = 24
_ROW, _TOP, _BAR, _FONT = 38.0, 26.0, 8.0, 13.0
_LABEL_ROOM = 268.0
_HALF = 48.0


def sentiment_bars(sentiment: Sequence[SourceSentiment], sources: Mapping[str, Source]) -> Markup:
    """The strongest tones, most positive first; empty where no source has one."""
    strongest = sorted(sentiment, key=lambda each: (-abs(each.score), each.source_id))[:MOST_BARS]
    shown = sorted(strongest, key=lambda each: (-each.score, each.source_id))
    if not shown:
        return Markup("")
    rows = [_row(each, sources.get(each.source_id), number) for number, each in enumerate(shown)]
    height = _TOP + _ROW * len(shown)
    axis = Markup(
        '<line class="axis" x1="50%" x2="50%" y1="{0}" y2="{1}"/><text class="note" x="2%" y="12">− negative</text>'
        '<text class="note mid" x="50%" y="12">neutral</text><text class="note end" x="98%" y="12">positive +</text>'
    ).format(_TOP - 6, height - 4)
    words = "; ".join(f"{_name(each, sources.get(each.source_id))}: {signed(each.score)}" for each in shown)
    return stretched("sentiment", "Tone of each source, from negative to positive", words, height, axis + joined(rows))


def _name(each: SourceSentiment, source: Source | None) -> str:
    return line((source.title or source.url) if source else each.source_id, 80)


def _row(each: SourceSentiment, source: Source | None, number: int) -> Markup:
    top = _TOP + number * _ROW
    wide = abs(each.score) * _HALF
    left = 50 - wide if each.score < 0 else 50
    return Markup(
        '<text x="0" y="{:.0f}">{}</text><text class="end" x="100%" y="{:.0f}">{}</text>'
        '<rect class="track" x="2%" y="{:.0f}" width="96%" height="{:.0f}"/>'
        '<rect class="bar {}" x="{:.2f}%" y="{:.0f}" width="{:.2f}%" height="{:.0f}"/>'
    ).format(
        top + _FONT,
        fit(_name(each, source), _FONT, _LABEL_ROOM),
        top + _FONT,
        signed(each.score),
        top + 20,
        _BAR,
        each.label,
        left,
        top + 20,
        max(wide, 0.4),
        _BAR,
    )
