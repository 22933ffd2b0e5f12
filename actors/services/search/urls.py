"""The addresses of the request as a search provider: each is a hit for every query."""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.domain.documents import Hit, Kind
from actors.services.search.base import Receipt, SearchQuery


@dataclass(frozen=True, slots=True)
class UrlSearch:
    """Answers the given addresses in their order; nothing in the query cuts them, its `limit` neither."""

    urls: Sequence[str]
    name: str = "urls"
    kinds: frozenset[Kind] = frozenset({Kind.WEB})
    usd_per_query: float = 0.0

    def requests(self, query: SearchQuery) -> int:  # noqa: ARG002 (the port's signature)
        """See `base.SearchProvider`."""
        return 0

    async def search(self, query: SearchQuery, receipt: Receipt | None = None) -> list[Hit]:  # noqa: ARG002 (the port's signature)
        """See `base.SearchProvider`."""
        return [Hit(url=url, provider=self.name, rank=rank) for rank, url in enumerate(self.urls, 1)]
