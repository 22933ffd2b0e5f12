"""Tavily's search API: at most twenty results, in one request. It takes no language.

Its images come without the page they are on, so the image itself stands as the address.
Source: https://docs.tavily.com/documentation/api-reference/endpoint/search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actors.config import EngineConfig, TavilyConfig
from actors.domain.documents import Kind
from actors.domain.errors import ResearchError, TransientError
from actors.services.search.api import ApiSearch, Page, Paging, Source
from actors.services.search.base import SearchQuery
from actors.services.search.client import Request
from actors.services.search.opening import Connect, is_default
from actors.services.search.reading import Found, found, mapping, objects
from actors.services.search.refusals import Reply, Settings, refusal, used_up
from actors.services.search.terms import shortened

SETTINGS = Settings("search.tavily.base_url", "search.tavily.api_key")
PLAN_USED_UP = frozenset({432, 433})
RESULTS_MOST = 20
QUERY_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Tavily:
    """See `api.Api`."""

    api_key: str = field(repr=False)
    base_url: str
    usd_per_query: float
    name: str = "tavily"
    kinds: frozenset[Kind] = frozenset({Kind.WEB, Kind.NEWS, Kind.IMAGES})

    def paging(self, kind: Kind) -> Paging:  # noqa: ARG002 (the same for all)
        """See `api.Api`."""
        return Paging(size=RESULTS_MOST, most=1)

    def forms(self, query: SearchQuery) -> Sequence[SearchQuery]:
        """See `api.Api`."""
        return (query,)

    def request(self, query: SearchQuery, page: int) -> Request:  # noqa: ARG002 (there is one)
        """See `api.Api`."""
        body: dict[str, Any] = {
            "query": shortened(query.text, QUERY_CHARACTERS),
            "max_results": min(RESULTS_MOST, query.limit),
            "topic": "news" if query.kind is Kind.NEWS else "general",
            "search_depth": "basic",
        }
        if query.include_domains:
            body["include_domains"] = list(query.include_domains)
        if query.exclude_domains:
            body["exclude_domains"] = list(query.exclude_domains)
        if query.since:
            body["start_date"] = query.since.isoformat()
        if query.until:
            body["end_date"] = query.until.isoformat()
        if query.kind is Kind.IMAGES:
            body |= {"include_images": True, "include_image_descriptions": True}
        return Request(f"{self.base_url}/search", headers={"Authorization": f"Bearer {self.api_key}"}, body=body)

    def refusal(self, reply: Reply) -> ResearchError | None:
        """See `api.Api`."""
        return used_up(reply, SETTINGS) if reply.status in PLAN_USED_UP else refusal(reply, SETTINGS)

    def read(self, query: SearchQuery, data: Mapping[str, Any]) -> Page:
        """See `api.Api`."""
        if query.kind is Kind.IMAGES:
            images = data.get("images")
            return Page(list(map(_image, images)) if isinstance(images, list) else [])
        if "results" not in data:
            raise TransientError("answered in a form that it does not document (no results)")
        return Page(
            [
                found(item.get("url"), item.get("title"), published=item.get("published_date"))
                for item in objects(data, "results")
            ]
        )


def _image(image: object) -> Found | None:
    """An address alone, or with a description."""
    url = image if isinstance(image, str) else mapping(image).get("url")
    return found(url, mapping(image).get("description"), media_url=url)


def source(config: EngineConfig, connect: Connect) -> Source | None:
    """Ready to be asked; None without a key."""
    tavily = config.search.tavily
    if not tavily.api_key:
        return None
    api = Tavily(tavily.api_key, tavily.base_url.rstrip("/"), tavily.usd_per_query)
    return ApiSearch(api, connect(own=not is_default(TavilyConfig, "base_url", tavily.base_url)))
