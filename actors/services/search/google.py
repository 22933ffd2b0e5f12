"""Google's Custom Search JSON API: ten results a request and a hundred a search, of whatever the engine covers.

It has no news and no video search. News are pages that call themselves a `NewsArticle`, videos pages with a
`VideoObject`, in their structured data, which the operator `more:pagemap:` restricts to; pages without such data are
not found this way. Days restrict by Google's own estimate of a page's date, and drop pages without one.
Source: https://developers.google.com/custom-search/v1/reference/rest/v1/cse/list and
https://developers.google.com/custom-search/docs/structured_search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from actors.config import EngineConfig, GoogleConfig
from actors.domain.documents import Kind
from actors.domain.errors import PermanentError, ResearchError
from actors.services.search.api import ApiSearch, Page, Paging, Source
from actors.services.search.base import SearchQuery
from actors.services.search.client import Request
from actors.services.search.opening import Connect, is_default
from actors.services.search.reading import Found, first, found, mapping, objects, within
from actors.services.search.refusals import Reply, Settings, refusal, too_many
from actors.services.search.terms import today, worded

SETTINGS = Settings("search.google.base_url", "search.google.api_key")
OF_KIND = {Kind.NEWS: " more:pagemap:newsarticle", Kind.VIDEOS: " more:pagemap:videoobject"}
NEWEST_FIRST = "date:d:s"
QUOTA_REASONS = frozenset({"dailyLimitExceeded", "quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded"})
SAME_CODES = (
    "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "is", "it", "ja", "ko",
    "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr",
)  # fmt: skip
LANGUAGES = {code: code for code in SAME_CODES} | {"he": "iw", "zh": "zh-CN"}
"""What it calls each language; it refuses a request that names another one."""

DATES = (
    ("newsarticle", "datepublished"),
    ("article", "datepublished"),
    ("videoobject", "uploaddate"),
    ("metatags", "article:published_time"),
    ("metatags", "og:published_time"),
    ("metatags", "datepublished"),
    ("metatags", "dc.date.issued"),
    ("metatags", "date"),
)


@dataclass(frozen=True, slots=True)
class Google:
    """See `api.Api`."""

    api_key: str = field(repr=False)
    cse_id: str
    base_url: str
    usd_per_query: float
    name: str = "google"
    kinds: frozenset[Kind] = frozenset(Kind)

    def paging(self, kind: Kind) -> Paging:  # noqa: ARG002 (the same for all)
        """See `api.Api`."""
        return Paging(size=10, most=10)

    def forms(self, query: SearchQuery) -> Sequence[SearchQuery]:
        """See `api.Api`."""
        return (query,)

    def request(self, query: SearchQuery, page: int) -> Request:
        """See `api.Api`."""
        count = min(10, query.limit)
        text = worded(query, words=31, characters=1_500) + OF_KIND.get(query.kind, "")
        params = {"key": self.api_key, "cx": self.cse_id, "q": text}
        params |= {"num": str(count), "start": str(1 + page * count)}
        if query.kind is Kind.IMAGES:
            params["searchType"] = "image"
        if language := LANGUAGES.get(query.language or ""):
            params["lr"] = f"lang_{language}"
        if query.since or query.until:
            until = query.until or today()
            params["sort"] = f"date:r:{query.since or '1970-01-01'}:{until}".replace("-", "")
        elif query.kind is Kind.NEWS:
            params["sort"] = NEWEST_FIRST
        return Request(f"{self.base_url}/customsearch/v1", params)

    def refusal(self, reply: Reply) -> ResearchError | None:
        """See `api.Api`."""
        told = within(reply.data, "error")
        if reply.status == HTTPStatus.FORBIDDEN and first(told, "errors").get("reason") in QUOTA_REASONS:
            return too_many(reply)
        if reply.status == HTTPStatus.BAD_REQUEST:
            settings = f"{SETTINGS.key} and search.google.cse_id"
            return PermanentError(f"did not accept the request (400 Bad Request): look at {settings}")
        return refusal(reply, SETTINGS)

    def read(self, query: SearchQuery, data: Mapping[str, Any]) -> Page:
        """See `api.Api`."""
        items = objects(data, "items")
        read = _image if query.kind is Kind.IMAGES else _page
        return Page([read(item, query.kind) for item in items], more=len(items) >= min(10, query.limit))


def _image(item: Mapping[str, Any], _kind: Kind) -> Found | None:
    return found(within(item, "image", "contextLink"), item.get("title"), media_url=item.get("link"))


def _page(item: Mapping[str, Any], kind: Kind) -> Found | None:
    about = mapping(item.get("pagemap"))
    dates = (first(about, table).get(name) for table, name in DATES)
    video = first(about, "videoobject") if kind is Kind.VIDEOS else {}
    return found(
        item.get("link"),
        item.get("title"),
        published=next((day for day in dates if day), None),
        media_url=video.get("contenturl") or video.get("embedurl"),
    )


def source(config: EngineConfig, connect: Connect) -> Source | None:
    """Ready to be asked; None without a key and an engine."""
    google = config.search.google
    if not (google.api_key and google.cse_id):
        return None
    api = Google(google.api_key, google.cse_id, google.base_url.rstrip("/"), google.usd_per_query)
    return ApiSearch(api, connect(own=not is_default(GoogleConfig, "base_url", google.base_url)))
