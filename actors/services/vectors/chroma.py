"""Passages in a local ChromaDB that any number of processes on one machine share, an operation at a time.

The library lives in a pool of one process, so that neither its import (1 s) nor its writes hold up the event loop.
It is opened for each operation (about 10 ms, and 15 more to read an index of 10,000 vectors): a database that stays
open neither sees what other processes write nor gives its memory back.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from actors.domain.documents import Match, Passage, Source
from actors.domain.errors import ProcessDiedError, TransientError
from actors.services.base import Pool
from actors.services.embeddings.base import Vectors
from actors.services.vectors.rows import SPACE, Batch, Row, batches, collection_name, matches
from actors.services.vectors.turns import turn

DATABASE = "chroma.sqlite3"
"""The file that is there once something was kept."""

BATCH = 2_000
SYNC_ROWS = 100
"""So many rows may be missing from the index on disk; every opening adds them again, at 0.1 ms a row."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A collection, and the folder it lies in."""

    folder: Path
    collection: str


@dataclass(frozen=True, slots=True)
class LocalChroma:
    """`base.VectorStore` below `folder`; `pool` must be of one process and used for nothing else.

    `model` names the embeddings: a collection holds vectors of one model only.
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
        self, tenant: str, job_id: str, passages: Sequence[Passage], sources: dict[str, Source], vectors: Vectors
    ) -> None:
        """See `base.VectorStore`."""
        for batch in await asyncio.to_thread(list, batches(job_id, passages, sources, vectors, size=BATCH)):
            await self._run(_upsert, tenant, batch)

    async def search(self, tenant: str, vector: Vectors, *, limit: int) -> list[Match]:
        """See `base.VectorStore`."""
        return await self._run(_search, tenant, vector, limit)

    async def delete(self, tenant: str, job_id: str) -> None:
        """See `base.VectorStore`; where nothing was ever kept, no process is started for it."""
        if await asyncio.to_thread((self.folder / DATABASE).exists):
            await self._run(_delete, tenant, job_id)

    async def _run(self, work: Callable[Concatenate[Place, P], T], tenant: str, *args: P.args, **kwargs: P.kwargs) -> T:
        place = Place(self.folder, collection_name(tenant, self.model))
        try:
            return await self.pool.run(work, place, *args, **kwargs)
        except (ProcessDiedError, TimeoutError) as error:
            raise TransientError(f"{self.folder} cannot be used: {error or 'it took too long'}") from error


def _load() -> None:
    import chromadb  # noqa: F401 (kept in the process for the work to come)


def _upsert(place: Place, batch: Batch) -> None:
    with _opened(place) as collection:
        collection.upsert(ids=batch.ids, documents=batch.texts, metadatas=batch.rows, embeddings=batch.vectors)


def _search(place: Place, vector: Vectors, limit: int) -> list[Match]:
    with _opened(place) as collection:
        found = collection.query(query_embeddings=[vector], n_results=limit)
        rows = [Row.model_validate(row) for row in found["metadatas"][0]]
        return matches(rows, found["documents"][0], found["distances"][0])


def _delete(place: Place, job_id: str) -> None:
    with _opened(place) as collection:
        collection.delete(where={"job": job_id})


@contextmanager
def _opened(place: Place) -> Iterator[Any]:
    """The collection, for one operation; the pool's owner is who others are told has it.

    The library's own errors end here: who unpickles one would have to import the library.
    """
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    client: Any = chromadb.PersistentClient  # Declared without the `with` that it has.
    try:
        settings = Settings(_env_file=None, anonymized_telemetry=False)
        place.folder.mkdir(parents=True, exist_ok=True)
        with turn(place.folder, holder=os.getppid()), client(place.folder, settings) as opened:
            yield opened.get_or_create_collection(
                place.collection,
                embedding_function=None,
                configuration={"hnsw": {"space": SPACE, "batch_size": SYNC_ROWS, "sync_threshold": SYNC_ROWS}},
            )
    except (OSError, ValueError, ChromaError) as error:
        SharedSystemClient.clear_system_cache()  # It keeps what it failed to start, and would hand it out again.
        raise TransientError(f"{place.folder} cannot be used: {error}") from None
