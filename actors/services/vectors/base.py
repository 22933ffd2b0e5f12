"""What a vector store promises: passages kept by tenant, found by likeness, gone when their job is deleted."""

from collections.abc import Sequence
from typing import Protocol

from actors.domain.documents import Match, Passage, Source
from actors.services.embeddings.base import Vectors


class VectorStore(Protocol):
    """The passages of every job.

    Every method but `open` raises TransientError when the store cannot be used for now; the message says why.
    """

    async def open(self) -> None:
        """Load ahead of need what loads slowly."""
        ...

    async def ping(self) -> str:
        """Where the passages are: `local` or `server`; quick, and it starts nothing.

        Raises:
            TransientError: the server does not answer.
        """
        ...

    async def upsert(
        self, tenant: str, job_id: str, passages: Sequence[Passage], sources: dict[str, Source], vectors: Vectors
    ) -> None:
        """Keep the passages with their vectors (one row each); the same passages again change nothing."""
        ...

    async def search(self, tenant: str, vector: Vectors, *, limit: int) -> list[Match]:
        """The tenant's passages nearest to `vector` (shape (dimension,)), best first."""
        ...

    async def delete(self, tenant: str, job_id: str) -> None:
        """Forget the passages of one job."""
        ...
