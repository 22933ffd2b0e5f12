"""Wikipedia's full-text search, in the language asked for, else in English. Its articles have no day of publication.

It wants every word of a question in an article, so one that finds nothing is asked again for any of its words.
Source: https://www.mediawiki.org/wiki/API:Search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from actors.config import EngineConfig, WikipediaConfig
from actors.domain.documents import Kind
from actors.domain.errors import PermanentError, ResearchError, TransientError
from actors.services.search.api import ApiSearch, Page, Paging, Source
from actors.services.search.base import SearchQuery
from actors.services.search.client import Request
from actors.services.search.opening import Connect, is_default
from actors.services.search.reading import found, host_of, mapping, objects, plain, within
from actors.services.search.refusals import SUCCESS, Reply, Settings, refusal
from actors.services.search.terms import shortened

SETTINGS = Settings("search.wikipedia.base_url")
QUERY_CHARACTERS = 300
LONG_WORD = 4
PASSING = ("maxlag", "ratelimited", "readonly", "internal_api_error", "cirrussearch", "search-error")
"""How the codes of errors begin that pass by themselves."""


@dataclass(frozen=True, slots=True)
class Wikipedia:
    """See `api.Api`. `base_url` may hold `{language}`."""

    base_url: str
    name: str = "wikipedia"
    kinds: frozenset[Kind] = frozenset({Kind.WEB})
    usd_per_query: float = 0.0

    def paging(self, kind: Kind) -> Paging:  # noqa: ARG002 (there is one)
        """See `api.Api`."""
        return Paging(size=50, most=10)

    def forms(self, query: SearchQuery) -> Sequence[SearchQuery]:
        """See `api.Api`; none where the request leaves Wikipedia out."""
        host = host_of(self._base(query))
        if any(_is_under(host, domain) for domain in query.exclude_domains):
            return ()
        if query.include_domains and not any(_is_under(host, domain) for domain in query.include_domains):
            return ()
        words = [word for word in map(_bare, query.text.split()) if len(word) >= LONG_WORD]
        if len(words) < 2:  # noqa: PLR2004 (one word is already any of them)
            return (query,)
        return query, query.model_copy(update={"text": " OR ".join(words)})

    def request(self, query: SearchQuery, page: int) -> Request:
        """See `api.Api`."""
        count = min(50, query.limit)
        params = {"action": "query", "list": "search", "format": "json", "formatversion": "2", "srnamespace": "0"}
        params |= {"srsearch": shortened(query.text, QUERY_CHARACTERS).removesuffix(" OR"), "srprop": ""}
        params |= {"srlimit": str(count), "sroffset": str(page * count)}
        return Request(f"{self._base(query)}/w/api.php", params)

    def refusal(self, reply: Reply) -> ResearchError | None:
        """See `api.Api`; its errors come with status 200."""
        code = plain(within(reply.data, "error", "code"))[:60]
        if not code or reply.status not in SUCCESS:
            return refusal(reply, SETTINGS)
        if code.startswith(PASSING):
            return TransientError(f"cannot search now ({code})", retry_after_seconds=reply.retry_after_seconds)
        return PermanentError(f"did not accept the question ({code})")

    def read(self, query: SearchQuery, data: Mapping[str, Any]) -> Page:
        """See `api.Api`."""
        if not isinstance(data.get("query"), dict):
            raise TransientError("answered in a form that it does not document (no results)")
        pages = [item.get("title") for item in objects(data, "query", "search")]
        results = [found(self._article(query, title), title) if isinstance(title, str) else None for title in pages]
        return Page(results, more="sroffset" in mapping(data.get("continue")))

    def _base(self, query: SearchQuery) -> str:
        return self.base_url.replace("{language}", query.language or "en")

    def _article(self, query: SearchQuery, title: str) -> str | None:
        name = title.strip().replace(" ", "_").encode("utf-8", "ignore")
        return f"{self._base(query)}/wiki/{quote(name, safe='/:,()!*@$~;')}" if name else None


def _bare(word: str) -> str:
    return "".join(c for c in word if c.isalnum() or c in "-'’").strip("-'’")


def _is_under(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def source(config: EngineConfig, connect: Connect) -> Source:
    """Ready to be asked."""
    url = config.search.wikipedia.base_url
    return ApiSearch(Wikipedia(url.rstrip("/")), connect(own=not is_default(WikipediaConfig, "base_url", url)))
