"""Passages in a local ChromaDB that any number of processes on one machine share, an operation at a time.

The library lives in a pool of one process, so that neither its import (1 s) nor its writes hold up the event loop.
It is opened for each operation (about 10 ms, and 15 more to read an index of 10,000 vectors): a database that stays
open neither sees what other processes write nor gives its memory back.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from actors.domain.documents import Match, Passage, Source
from actors.domain.errors import ProcessDiedError, TransientError
from actors.services.base import Pool
from actors.services.embeddings.base import Vectors
from actors.services.vectors import keeping
from actors.services.vectors.base import Kept
from actors.services.vectors.collections import MadeBy
from actors.services.vectors.library import LocalDatabase, opened_database
from actors.services.vectors.rows import pack

DATABASE = "chroma.sqlite3"
"""The file that is there once something was kept."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LocalChroma:
    """`base.VectorStore` below `folder`; `pool` must be of one process and used for nothing else.

    `model` names the embeddings.
    """

    pool: Pool
    folder: Path
    model: str

    async def open(self) -> None:
        """Start the process and import the library."""
        await self.pool.run(_load)

    async def ping(self) -> str:
        """Always `local`: whether the folder can be used shows when it is."""
        return "local"

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
        """See `base.VectorStore`."""
        parcel = await asyncio.to_thread(pack, job_id, passages, sources, vectors, texts or {})
        await self._run(keeping.upsert, tenant, MadeBy(self.model, vectors.shape[1]), parcel)

    async def search(self, tenant: str, vector: Vectors, *, limit: int, but: str | None = None) -> list[Match]:
        """See `base.VectorStore`."""
        return await self._run(keeping.search, tenant, MadeBy(self.model, len(vector)), vector, limit, but)

    async def source(self, tenant: str, job_id: str, source_id: str) -> Kept | None:
        """See `base.VectorStore`."""
        return await self._run(keeping.source, tenant, job_id, source_id)

    async def delete(self, tenant: str, job_id: str) -> None:
        """See `base.VectorStore`; where nothing was ever kept, no process is started for it."""
        if await asyncio.to_thread((self.folder / DATABASE).exists):
            await self._run(keeping.delete, tenant, job_id)

    async def _run(
        self,
        work: Callable[Concatenate[LocalDatabase, P], Coroutine[Any, Any, T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            return await self.pool.run(_do, self.folder, work, *args, **kwargs)
        except (ProcessDiedError, TimeoutError) as error:
            raise TransientError(f"{self.folder} cannot be used: {error or 'it took too long'}") from error


def _load() -> None:
    import chromadb  # noqa: F401 (kept in the process for the work to come)


def _do(
    folder: Path,
    work: Callable[Concatenate[LocalDatabase, P], Coroutine[Any, Any, T]],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do it in one turn, which nobody else's operation can come into."""
    with opened_database(folder) as database:
        return _at_once(work(database, *args, **kwargs))


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine that never waits comes to; it needs no event loop."""
    try:
        work.send(None)
    except StopIteration as end:
        answer: T = end.value
        return answer
    work.close()
    raise RuntimeError("a local database has nothing to wait for")
