"""What a vector store promises: passages kept by tenant, found by likeness, gone when their job is deleted."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from actors.domain.documents import Extracted, Match, Passage, Source
from actors.domain.job import Record
from actors.services.embeddings.base import Vectors


class Kept(Record):
    """A source of an earlier job, as its passages tell it. `sha256` is of `extracted.text`.

    `whole` tells whether the text is the one that was read, checked by its hash; else it is the passages alone, one
    a line, and offsets are not those of the earlier job.
    """

    url: str
    fetched_at: str | None
    extracted: Extracted
    sha256: str
    whole: bool


class VectorStore(Protocol):
    """The passages of every job, with vectors of one model for each tenant.

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
        self,
        tenant: str,
        job_id: str,
        passages: Sequence[Passage],
        sources: Mapping[str, Source],
        vectors: Vectors,
        *,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the passages with their vectors; the same passages again change nothing.

        All passages of a source come in one call: they take the place of those that the job had of it. What other jobs
        of the tenant have of the same page with the same text is kept once for all of them.

        `texts` are the sources' whole texts by id; with all passages of a source in their order they make that
        `source` can give the text back as it was.

        Raises:
            PermanentError: the tenant's passages have vectors of another model or size; the message names both.
        """
        ...

    async def search(self, tenant: str, vector: Vectors, *, limit: int, but: str | None = None) -> list[Match]:
        """The tenant's passages nearest to `vector` (shape (dimension,)), best first; none of the job `but`.

        What several jobs have of the same page with the same text is told once, as the newest of them has it.

        Raises:
            PermanentError: the tenant's passages have vectors of another model or size; the message names both.
        """
        ...

    async def source(self, tenant: str, job_id: str, source_id: str) -> Kept | None:
        """A source that the tenant's job has collected; None where there is none, or no longer."""
        ...

    async def delete(self, tenant: str, job_id: str) -> None:
        """Forget the passages of one job, but for what others have too."""
        ...
