"""A SearXNG instance: other engines' results, a page at a time, as many as they bring.

Its engines come and go: results are taken from those that answer, and when there are none, those that did not are
named. A time range makes it leave out the engines that know none, so a question that finds nothing is asked again
without. Source: https://docs.searxng.org/dev/search_api.html.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from actors.config import EngineConfig
from actors.domain.documents import Kind
from actors.domain.errors import PermanentError, ResearchError, TransientError
from actors.services.search.api import ApiSearch, Page, Paging, Source
from actors.services.search.base import SearchQuery
from actors.services.search.client import Request
from actors.services.search.opening import Connect
from actors.services.search.reading import found, objects, plain
from actors.services.search.refusals import Reply, Settings, refusal
from actors.services.search.terms import span, today, worded

SETTINGS = Settings("search.searxng.url")
CATEGORIES = {Kind.WEB: "general", Kind.NEWS: "news", Kind.IMAGES: "images", Kind.VIDEOS: "videos"}
RANGES = {"day": "day", "week": "month", "month": "month", "year": "year"}
"""Those that every version knows."""

COMMAND = re.compile(r"(?<!\S)[!?:<]+(?=\S)")
"""At a word's start these are commands to SearXNG."""

NAMED_ENGINES = 5


@dataclass(frozen=True, slots=True)
class Searxng:
    """See `api.Api`."""

    base_url: str
    name: str = "searxng"
    kinds: frozenset[Kind] = frozenset(Kind)
    usd_per_query: float = 0.0

    def paging(self, kind: Kind) -> Paging:  # noqa: ARG002 (the same for all)
        """See `api.Api`; it does not tell how many results a page has."""
        return Paging(size=10, most=10)

    def forms(self, query: SearchQuery) -> Sequence[SearchQuery]:
        """See `api.Api`."""
        if span(query.since, today()):
            return query, query.model_copy(update={"since": None})
        return (query,)

    def request(self, query: SearchQuery, page: int) -> Request:
        """See `api.Api`."""
        text = worded(query, words=100, characters=1_000)
        params = {"q": COMMAND.sub("", text) or text, "format": "json", "categories": CATEGORIES[query.kind]}
        params["pageno"] = str(page + 1)
        if query.language:
            params["language"] = query.language
        if reach := span(query.since, today()):
            params["time_range"] = RANGES[reach]
        return Request(f"{self.base_url}/search", params)

    def refusal(self, reply: Reply) -> ResearchError | None:
        """See `api.Api`."""
        if reply.status == HTTPStatus.FORBIDDEN:
            hint = "turn on `json` in search.formats of its settings.yml"
            return PermanentError(f"answered 403 Forbidden: {hint}, or look at {SETTINGS.address}")
        return refusal(reply, SETTINGS)

    def read(self, query: SearchQuery, data: Mapping[str, Any]) -> Page:
        """See `api.Api`."""
        if "results" not in data:
            raise TransientError("answered in a form that it does not document (no results)")
        results = objects(data, "results")
        silent = "" if results else _unresponsive(data)
        media = {Kind.IMAGES: ("img_src",), Kind.VIDEOS: ("iframe_src",)}.get(query.kind, ())
        return Page(
            [
                found(
                    item.get("url"),
                    item.get("title"),
                    published=item.get("publishedDate"),
                    media_url=next((item[name] for name in media if item.get(name)), None),
                )
                for item in results
            ],
            doubt=silent and f"found nothing, and some of its engines did not answer: {silent}",
        )


def _unresponsive(data: Mapping[str, Any]) -> str:
    """Such as `google (timeout), bing (too many requests)`."""
    listed = data.get("unresponsive_engines")
    told = [entry for entry in listed if isinstance(entry, list) and entry] if isinstance(listed, list) else []
    named = [f"{plain(name)} ({plain(why[0])})" if why else plain(name) for name, *why in told]
    return ", ".join(named[:NAMED_ENGINES])


def source(config: EngineConfig, connect: Connect) -> Source | None:
    """Ready to be asked; None without an address."""
    url = config.search.searxng.url
    return ApiSearch(Searxng(url.rstrip("/")), connect(own=True)) if url else None
