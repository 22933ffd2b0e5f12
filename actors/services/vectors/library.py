"""A local ChromaDB as its library shows it: whoever has it open is alone with it, and nothing in it ever waits."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actors.domain.errors import TransientError
from actors.services.embeddings.base import Vectors
from actors.services.vectors.collections import Found
from actors.services.vectors.rows import Stored
from actors.services.vectors.turns import turn

BATCH = 2_000
"""Rows at once; the library takes 5,461."""

SYNC_ROWS = 100
"""So many rows may be missing from the index on disk; every opening adds them again, at 0.1 ms a row."""


@dataclass(frozen=True, slots=True)
class LocalDatabase:
    """`collections.Database` while it is open."""

    client: Any  # The library loads late.
    place: str

    async def find(self, name: str) -> "LocalCollection | None":
        """See `collections.Database`."""
        from chromadb.errors import NotFoundError

        try:
            return LocalCollection(self.client.get_collection(name, embedding_function=None))
        except NotFoundError:
            return None

    async def make(
        self, name: str, metadata: Mapping[str, str | int] | None, hnsw: Mapping[str, Any]
    ) -> "LocalCollection":
        """See `collections.Database`."""
        configuration = {"hnsw": {**hnsw, "batch_size": SYNC_ROWS, "sync_threshold": SYNC_ROWS}}
        return await self.find(name) or LocalCollection(
            self.client.create_collection(name, embedding_function=None, metadata=metadata, configuration=configuration)
        )

    async def drop(self, name: str) -> None:
        """See `collections.Database`."""
        self.client.delete_collection(name)


@dataclass(frozen=True, slots=True)
class LocalCollection:
    """`collections.Collection` by the library."""

    rows: Any

    @property
    def name(self) -> str:
        """See `collections.Collection`."""
        return str(self.rows.name)

    @property
    def metadata(self) -> Mapping[str, Any] | None:
        """See `collections.Collection`."""
        said: Mapping[str, Any] | None = self.rows.metadata
        return said

    async def count(self) -> int:
        """See `collections.Collection`."""
        return int(self.rows.count())

    async def put(self, ids: Sequence[str], rows: Sequence[Stored], vectors: Vectors) -> None:
        """See `collections.Collection`."""
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            self.rows.upsert(ids=ids[part], metadatas=rows[part], embeddings=vectors[part])

    async def there(self, ids: Sequence[str]) -> set[str]:
        """See `collections.Collection`."""
        parts = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        return {each for part in parts for each in self.rows.get(ids=part, include=[])["ids"]}

    async def ids(self, where: Mapping[str, Any], *, limit: int | None = None) -> list[str]:
        """See `collections.Collection`."""
        return list(self.rows.get(where=where, limit=limit, include=[])["ids"])

    async def get(self, where: Mapping[str, Any]) -> list[Found]:
        """See `collections.Collection`."""
        return self._got(where=where)

    async def pick(self, ids: Sequence[str]) -> list[Found]:
        """See `collections.Collection`."""
        return self._got(ids=ids)

    def _got(self, **which: Any) -> list[Found]:  # noqa: ANN401 (the library loads late)
        got = self.rows.get(**which, include=["metadatas", "documents"])
        return [Found(*each) for each in zip(got["metadatas"], got["documents"], strict=True)]

    async def near(self, vector: Vectors, limit: int, where: Mapping[str, Any] | None) -> list[Found]:
        """See `collections.Collection`."""
        told = ("metadatas", "documents", "distances")
        got = self.rows.query(query_embeddings=[vector], n_results=limit, where=where, include=list(told))
        return [Found(*each) for each in zip(*(got[part][0] for part in told), strict=True)]

    async def delete(self, where: Mapping[str, Any]) -> None:
        """See `collections.Collection`."""
        self.rows.delete(where=where)

    async def remove(self, ids: Sequence[str]) -> None:
        """See `collections.Collection`."""
        self.rows.delete(ids=ids)


@contextmanager
def opened_database(folder: Path) -> Iterator[LocalDatabase]:
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
        folder.mkdir(parents=True, exist_ok=True)
        with turn(folder, holder=os.getppid()), client(folder, settings) as opened:
            yield LocalDatabase(opened, str(folder))
    except (OSError, ValueError, ChromaError) as error:
        SharedSystemClient.clear_system_cache()  # It keeps what it failed to start, and would hand it out again.
        raise TransientError(f"{folder} cannot be used: {error}") from None
