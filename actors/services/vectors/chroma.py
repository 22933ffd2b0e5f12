"""Passages in a local ChromaDB that any number of processes on one machine share, an operation at a time.

The library lives in a pool of one process, so that neither its import (1 s) nor its writes hold up the event loop.
It is opened for each operation (about 10 ms, and 15 more to read an index of 10,000 vectors): a database that stays
open neither sees what other processes write nor gives its memory back.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from actors.domain.documents import Match, Passage, Source
from actors.domain.errors import ProcessDiedError, TransientError
from actors.services.base import Pool
from actors.services.embeddings.base import Vectors
from actors.services.vectors.base import Kept
from actors.services.vectors.collections import SPACE, MadeBy, made_by, names, other_model
from actors.services.vectors.rebuilding import rebuild
from actors.services.vectors.rows import Batch, Cargo, Row, matches, not_of, of_source, texts
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
    """A tenant's collection, and the folder it lies in."""

    folder: Path
    tenant: str


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
        cargo = Cargo(job_id, passages, sources, vectors, texts or {})
        for batch in await asyncio.to_thread(cargo.batches, BATCH):
            await self._run(_upsert, tenant, MadeBy(self.model, vectors.shape[1]), batch)

    async def search(self, tenant: str, vector: Vectors, *, limit: int, but: str | None = None) -> list[Match]:
        """See `base.VectorStore`."""
        return await self._run(_search, tenant, MadeBy(self.model, len(vector)), vector, limit, but)

    async def source(self, tenant: str, job_id: str, source_id: str) -> Kept | None:
        """See `base.VectorStore`."""
        return await self._run(_source, tenant, job_id, source_id)

    async def delete(self, tenant: str, job_id: str) -> None:
        """See `base.VectorStore`; where nothing was ever kept, no process is started for it."""
        if await asyncio.to_thread((self.folder / DATABASE).exists):
            await self._run(_delete, tenant, job_id)

    async def _run(self, work: Callable[Concatenate[Place, P], T], tenant: str, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await self.pool.run(work, Place(self.folder, tenant), *args, **kwargs)
        except (ProcessDiedError, TimeoutError) as error:
            raise TransientError(f"{self.folder} cannot be used: {error or 'it took too long'}") from error


def _load() -> None:
    import chromadb  # noqa: F401 (kept in the process for the work to come)


def _upsert(place: Place, wanted: MadeBy, batch: Batch) -> None:
    with _opened(place) as client:
        collection = _fitting(place, client, wanted) or client.create_collection(
            names(place.tenant)[0],
            embedding_function=None,
            metadata=wanted.metadata,
            configuration={"hnsw": {"space": SPACE, "batch_size": SYNC_ROWS, "sync_threshold": SYNC_ROWS}},
        )
        collection.upsert(ids=batch.ids, metadatas=batch.rows, embeddings=batch.vectors)


def _search(place: Place, wanted: MadeBy, vector: Vectors, limit: int, but: str | None) -> list[Match]:
    with _opened(place) as client:
        collection = _fitting(place, client, wanted)
        if collection is None:
            return []
        found = collection.query(query_embeddings=[vector], n_results=limit, where=not_of(but))
        rows = [Row.model_validate(row) for row in found["metadatas"][0]]
        return matches(rows, found["documents"][0], found["distances"][0])


def _source(place: Place, job_id: str, source_id: str) -> Kept | None:
    with _opened(place) as client:
        collection = _existing(place, client)
        if collection is None:
            return None
        found = collection.get(where=of_source(job_id, source_id), include=["documents", "metadatas"])
        rows = [Row.model_validate(row) for row in found["metadatas"]]
        return rebuild(rows, texts(rows, found["documents"]))


def _delete(place: Place, job_id: str) -> None:
    with _opened(place) as client:
        if (collection := _existing(place, client)) is not None:
            collection.delete(where={"job": job_id})


def _existing(place: Place, client: Any) -> Any:  # noqa: ANN401 (the library loads late)
    """The tenant's collection, or None."""
    from chromadb.errors import NotFoundError

    for name in names(place.tenant):
        with suppress(NotFoundError):
            return client.get_collection(name, embedding_function=None)
    return None


def _fitting(place: Place, client: Any, wanted: MadeBy) -> Any:  # noqa: ANN401 (idem)
    """The tenant's collection; None where there is none, or was one of another model that had become empty."""
    collection = _existing(place, client)
    if collection is None or made_by(collection.metadata) == wanted:
        return collection
    if collection.count():
        raise other_model(collection.name, str(place.folder), kept=made_by(collection.metadata), wanted=wanted)
    client.delete_collection(collection.name)
    return None


@contextmanager
def _opened(place: Place) -> Iterator[Any]:
    """The database, for one operation; the pool's owner is who others are told has it.

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
            yield opened
    except (OSError, ValueError, ChromaError) as error:
        SharedSystemClient.clear_system_cache()  # It keeps what it failed to start, and would hand it out again.
        raise TransientError(f"{place.folder} cannot be used: {error}") from None
