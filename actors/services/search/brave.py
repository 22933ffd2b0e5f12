"""Brave's search API: one endpoint for each kind. Images are not restricted by days, and come in one page.

Source: https://api-dashboard.search.brave.com/app/documentation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from actors.config import BraveConfig, EngineConfig
from actors.domain.documents import Kind
from actors.domain.errors import PermanentError, ResearchError, TransientError
from actors.services.search.api import ApiSearch, Page, Paging, Source
from actors.services.search.base import SearchQuery
from actors.services.search.client import Request
from actors.services.search.opening import Connect, is_default
from actors.services.search.reading import found, mapping, objects, within
from actors.services.search.refusals import Reply, Settings, refusal, too_many
from actors.services.search.terms import today, worded

SETTINGS = Settings("search.brave.base_url", "search.brave.api_key")
PAGING = {
    Kind.WEB: Paging(size=20, most=10),
    Kind.NEWS: Paging(size=50, most=10),
    Kind.IMAGES: Paging(size=100, most=1),
    Kind.VIDEOS: Paging(size=50, most=10),
}
SAME_CODES = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "gl", "gu", "he", "hi", "hr",
    "hu", "is", "it", "kn", "ko", "lt", "lv", "ml", "mr", "ms", "nb", "nl", "pa", "pl", "ro", "ru", "sk", "sl", "sr",
    "sv", "ta", "te", "th", "tr", "uk", "vi",
)  # fmt: skip
LANGUAGES = {code: code for code in SAME_CODES} | {"ja": "jp", "no": "nb", "pt": "pt-br", "zh": "zh-hans"}
"""What it calls each language; it refuses a request that names another one."""


@dataclass(frozen=True, slots=True)
class Brave:
    """See `api.Api`."""

    api_key: str = field(repr=False)
    base_url: str
    usd_per_query: float
    name: str = "brave"
    kinds: frozenset[Kind] = frozenset(Kind)

    def paging(self, kind: Kind) -> Paging:
        """See `api.Api`."""
        return PAGING[kind]

    def forms(self, query: SearchQuery) -> Sequence[SearchQuery]:
        """See `api.Api`."""
        return (query,)

    def request(self, query: SearchQuery, page: int) -> Request:
        """See `api.Api`; `offset` counts pages."""
        count = min(PAGING[query.kind].size, query.limit)
        params = {"q": worded(query, words=50, characters=400), "count": str(count)}
        if query.kind is Kind.WEB:
            params["result_filter"] = "web"
        if query.kind is not Kind.IMAGES:
            params["offset"] = str(page)
            if query.since or query.until:
                params["freshness"] = f"{query.since or '1970-01-01'}to{query.until or today()}"
        if language := LANGUAGES.get(query.language or ""):
            params["search_lang"] = language
        return Request(
            f"{self.base_url}/res/v1/{query.kind}/search", params, headers={"X-Subscription-Token": self.api_key}
        )

    def refusal(self, reply: Reply) -> ResearchError | None:
        """See `api.Api`; an invalid key is a 422 here."""
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            told = too_many(reply)
            return TransientError(str(told), retry_after_seconds=told.retry_after_seconds or _reset_seconds(reply))
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY and "SUBSCRIPTION_TOKEN" in str(
            within(reply.data, "error", "code")
        ):
            return PermanentError(f"does not know the key: look at {SETTINGS.key}")
        return refusal(reply, SETTINGS)

    def read(self, query: SearchQuery, data: Mapping[str, Any]) -> Page:
        """See `api.Api`."""
        if data.get("type") is None and not {"web", "results", "query"} & data.keys():
            raise TransientError("answered in a form that it does not document (no results)")
        path = ("web", "results") if query.kind is Kind.WEB else ("results",)
        results = [
            found(
                item.get("url"),
                item.get("title"),
                published=item.get("page_age"),
                media_url=mapping(item.get("properties")).get("url") if query.kind is Kind.IMAGES else None,
            )
            for item in objects(data, *path)
        ]
        return Page(results, more=within(data, "query", "more_results_available") is not False)


def _reset_seconds(reply: Reply) -> float | None:
    """Until the longest of its windows in which nothing is left starts anew; None when it does not tell."""
    left, resets = (_numbers(reply.headers.get(f"X-RateLimit-{name}", "")) for name in ("Remaining", "Reset"))
    return max((reset for rest, reset in zip(left, resets, strict=False) if rest <= 0), default=None)


def _numbers(header: str) -> list[float]:
    parts = [part.strip() for part in header.split(",")]
    return [float(part[:9]) for part in parts] if all(part.isdecimal() for part in parts) else []


def source(config: EngineConfig, connect: Connect) -> Source | None:
    """Ready to be asked; None without a key."""
    brave = config.search.brave
    if not brave.api_key:
        return None
    api = Brave(brave.api_key, brave.base_url.rstrip("/"), brave.usd_per_query)
    return ApiSearch(api, connect(own=not is_default(BraveConfig, "base_url", brave.base_url)))
