"""The addresses of the request as a search provider: each is a hit for every query."""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.domain.documents import Hit


@dataclass(frozen=True, slots=True)
class UrlSearch:
    """Answers the given addresses in their order; `limit` never cuts them."""

    urls: Sequence[str]
    name: str = "urls"

    async def search(self, query: str, *, limit: int) -> list[Hit]:  # noqa: ARG002 (the port's signature)
        """See `base.SearchProvider`."""
        return [Hit(url=url, provider=self.name, rank=rank) for rank, url in enumerate(self.urls, 1)]
