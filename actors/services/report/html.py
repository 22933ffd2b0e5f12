"""report.html: one file that asks for nothing, runs nothing, and takes every word of a source as a word."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from actors.domain.analysis import Report
from actors.services.report import links, making, wording
from actors.services.report.charts.cloud import cloud
from actors.services.report.charts.graph import entity_graph
from actors.services.report.charts.sentiment import sentiment_bars
from actors.services.report.charts.timeline import is_stretched, timeline_chart
from actors.services.report.charts.treemap import treemap
from actors.services.report.content import Content, content
from actors.services.report.quotes import Quote, cited, pieces
from actors.services.report.room import fitting

_ISO_639_1 = re.compile("[a-z]{2}")
_TEMPLATES = Path(__file__).parent / "templates"
_STYLES = ("base.css", "sections.css", "charts.css", "media.css")
_MOST_BYTES, _MANY_SOURCES = 190_000, 20
_ROOM_FOR_QUOTES = 60_000
_PLACE = re.compile(r"<!--(\d+)-->")


def render_html(report: Report, texts: Mapping[str, str]) -> str:
    """The page. `texts` are the cleaned texts by source id, which the links into the sources are built from.

    Passages are shown whole where the page stays light, else shortened around what they carry.
    """
    shown = content(report)
    page = _environment().get_template("report.html.j2").render(_told(shown, texts))
    most = _MOST_BYTES * max(shown.read / _MANY_SOURCES, 1)
    room = min(most - len(page.encode(errors="replace")), _ROOM_FOR_QUOTES)
    limit = fitting(shown.quotes.values(), room)
    words = {str(quote.number): _words(quote, limit) for quote in shown.quotes.values()}
    return _PLACE.sub(lambda place: words[place[1]], page)


def _place(quote: Quote) -> Markup:
    """Stands for a quotation until the rest of the page is known; no text can forge it, for all are escaped."""
    return Markup("<!--{}-->").format(quote.number)


def _words(quote: Quote, limit: int) -> Markup:
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece.text) if piece.marked else escape(piece.text)
        for piece in pieces(quote, limit)
    )


def _told(shown: Content, texts: Mapping[str, str]) -> dict[str, Any]:
    """What the template is told."""
    return {
        "content": shown,
        "report": shown.report,
        "fallbacks": making.fallbacks(shown.report),
        "style": _style(),
        "policy": _policy(_style()),
        "charts": _charts(shown),
        "stretched": is_stretched([event for _, event in shown.events]),
        "cited": partial(cited, quotes=shown.quotes),
        "passage_link": partial(_passage_link, texts=texts),
        "language_of": _language_of(shown),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        line=wording.line,
        sentence=partial(wording.line, limit=wording.SENTENCE),
        percent=wording.percent,
        in_words=wording.in_words,
        moment=wording.moment,
        signed=wording.signed,
        support=wording.support_words,
    )
    environment.globals.update(
        banner=wording.banner,
        state=wording.state,
        method=wording.METHOD,
        paraphrased=wording.PARAPHRASED,
        statuses=wording.STATUSES,
        qualities=wording.QUALITY,
        kinds=wording.KINDS,
        media=wording.MEDIA,
        tone=wording.tone,
        making=making,
        words_of=_place,
        media_link=links.media_link,
        media_file=links.media_file,
        site_of=links.site_of,
        source_link=links.source_link,
        is_web=links.is_web,
        saved_text=links.saved_text,
    )
    return environment


@cache
def _style() -> str:
    return "\n" + "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in _STYLES)


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _charts(shown: Content) -> dict[str, Any]:
    report = shown.report
    return {
        "timeline": timeline_chart([event for _, event in shown.events]),
        "graph": entity_graph(report.entities, report.relations),
        "treemap": treemap(report.topics),
        "sentiment": sentiment_bars(report.sentiment, shown.sources),
        "cloud": cloud(report.key_phrases),
    }


def _passage_link(quote: Quote, texts: Mapping[str, str]) -> str:
    """Opened at what carries most: the longest mark, else the whole passage."""
    start, end = max(quote.marks, key=lambda mark: (mark[1] - mark[0], -mark[0]), default=(0, len(quote.passage.text)))
    at = quote.passage.start
    return links.passage_link(quote.source, quote.passage, texts, at + start, at + end)


def _language_of(shown: Content) -> Callable[[Sequence[str]], str]:
    """The language of the first passage cited, where it is told and not English, the language of the page itself."""

    def language(citations: Sequence[str]) -> str:
        for quote in cited(citations, shown.quotes)[:1]:
            code = quote.source.language or ""
            if _ISO_639_1.fullmatch(code) and code != "en":
                return code
        return ""

    return language
