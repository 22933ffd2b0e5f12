"""What a tenant's earlier jobs have collected, as a search provider: nobody else's, and not what this job has kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from yarl import URL

from actors.domain.documents import Hit, Kind, Match
from actors.services.embeddings.base import Embedder, Vectors
from actors.services.search.base import Receipt, SearchQuery
from actors.services.vectors.base import VectorStore

LEAST = 0.4
"""The likeness below which a passage is on something else: for questions that no page was about, the nearest of 6,000
passages of 223 pages had 0.2 to 0.36 (WordLlama); on the subject it had 0.5 and more."""

PASSAGES_A_SOURCE, MOST_PASSAGES = 8, 200


@dataclass(frozen=True, slots=True)
class EarlierSearch:
    """`base.SearchProvider` for one job of one tenant; its answers must not be kept for others.

    Each hit names in `kept` the job and the source whose text `VectorStore.source` gives.
    """

    vectors: VectorStore
    embedder: Embedder
    tenant: str
    job_id: str
    least: float = LEAST
    name: str = "earlier"
    kinds: frozenset[Kind] = frozenset({Kind.WEB})
    usd_per_query: float = 0.0

    def requests(self, query: SearchQuery) -> int:  # noqa: ARG002 (the port's signature)
        """See `base.SearchProvider`."""
        return 0

    async def search(self, query: SearchQuery, receipt: Receipt | None = None) -> list[Hit]:  # noqa: ARG002 (it is free)
        """See `base.SearchProvider`."""
        return await self.near((await self.embedder.embed([query.text]))[0], query)

    async def near(self, vector: Vectors, query: SearchQuery) -> list[Hit]:
        """The same for a question whose vector (shape (dimension,)) is there already."""
        limit = min(query.limit * PASSAGES_A_SOURCE, MOST_PASSAGES)
        found = await self.vectors.search(self.tenant, vector, limit=limit, but=self.job_id)
        wanted = [match for match in found if match.score >= self.least and _is_within(match.url, query)]
        return [
            Hit(
                url=match.url,
                title=match.title,
                provider=self.name,
                rank=rank,
                kept=(match.job_id, match.source_id),
            )
            for rank, match in enumerate(newest(wanted)[: query.limit], 1)
        ]


def newest(matches: Sequence[Match]) -> list[Match]:
    """One match an address, in the order of the best of each; of several jobs that read it, the last one.

    Ids of jobs are in the order of time.
    """
    kept: dict[str, Match] = {}
    for match in matches:
        if match.url not in kept or match.job_id > kept[match.url].job_id:
            kept[match.url] = match
    return list(kept.values())


def _is_within(url: str, query: SearchQuery) -> bool:
    try:
        host = URL(url).host or ""
    except ValueError:
        host = ""
    excluded = any(_is_of(host, domain) for domain in query.exclude_domains)
    included = not query.include_domains or any(_is_of(host, domain) for domain in query.include_domains)
    return included and not excluded


def _is_of(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
