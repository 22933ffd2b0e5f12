"""report.html: one file that asks for nothing, runs nothing, and takes every word of a source as a word."""

import base64
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from actors.domain.analysis import Report
from actors.services.report import links, wording
from actors.services.report.charts.cloud import cloud
from actors.services.report.charts.graph import entity_graph
from actors.services.report.charts.sentiment import sentiment_bars
from actors.services.report.charts.timeline import is_stretched, timeline_chart
from actors.services.report.charts.treemap import treemap
from actors.services.report.content import Content, content
from actors.services.report.quotes import Quote, cited, pieces

_ISO_639_1 = re.compile("[a-z]{2}")
_TEMPLATES = Path(__file__).parent / "templates"
_STYLES = ("base.css", "sections.css", "charts.css", "media.css")
_MOST_BYTES, _MANY_SOURCES = 190_000, 20
_ROOMS_FOR_QUOTES = (60_000, 35_000, 15_000, 5_000)
_SHORTEST_QUOTE, _LONGEST_QUOTE = 80, 1_400


def render_html(report: Report, texts: Mapping[str, str]) -> str:
    """The page. `texts` are the cleaned texts by source id, which the links into the sources are built from.

    Passages are shown whole where the page stays light, else shortened around what they carry.
    """
    shown = content(report)
    known = _fixed(shown, texts)
    most = _MOST_BYTES * max(len(report.sources) / _MANY_SOURCES, 1)
    page = ""
    for room in _ROOMS_FOR_QUOTES:
        page = (
            _environment()
            .get_template("report.html.j2")
            .render(known, pieces=partial(pieces, limit=_quote_limit(shown, room)))
        )
        if len(page.encode(errors="replace")) <= most:
            break
    return page


def _fixed(shown: Content, texts: Mapping[str, str]) -> dict[str, Any]:
    """What the template is told, however long the quotations are."""
    return {
        "content": shown,
        "report": shown.report,
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
        method=wording.METHOD,
        statuses=wording.STATUSES,
        qualities=wording.QUALITY,
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


def _quote_limit(shown: Content, room: int) -> int:
    """Characters shown of each passage, so that all take about `room` bytes, whatever their letters."""
    characters = sum(len(quote.passage.text) for quote in shown.quotes.values()) or 1
    size = sum(len(quote.passage.text.encode(errors="replace")) for quote in shown.quotes.values()) or 1
    share = room * characters / size / max(len(shown.quotes), 1)
    return min(max(math.floor(share), _SHORTEST_QUOTE), _LONGEST_QUOTE)


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
