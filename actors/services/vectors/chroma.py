"""Passages in a local ChromaDB: one collection a tenant, one process at a time, named by a lock file.

The client lives in a pool of one process, so that neither its import (1.6 s) nor its writes hold up the event loop.
"""

import fcntl
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from actors.domain.documents import Match, Passage, Source
from actors.domain.errors import TransientError
from actors.services.base import Pool
from actors.services.embeddings.base import Vectors

LOCK_WAIT_SECONDS = 10.0
LOCK_POLL_SECONDS = 0.1
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class LocalChroma:
    """`base.VectorStore` below `folder`; `pool` must be of one process and used for nothing else.

    `model` names the embeddings: a collection holds vectors of one model only.
    """

    pool: Pool
    folder: Path
    model: str

    async def open(self) -> None:
        """Start the process and import the library, ahead of need."""
        await self.pool.run(_open, str(self.folder))

    async def upsert(
        self, tenant: str, job_id: str, passages: Sequence[Passage], sources: dict[str, Source], vectors: Vectors
    ) -> None:
        """See `base.VectorStore`.

        Raises:
            TransientError: another process holds the folder.
        """
        rows = [_metadata(job_id, passage, sources[passage.source_id]) for passage in passages]
        for start in range(0, len(rows), BATCH):
            part = slice(start, start + BATCH)
            ids = [f"{job_id}:{passage.id}" for passage in passages[part]]
            texts = [passage.text for passage in passages[part]]
            await self.pool.run(_upsert, self._place(tenant), ids, texts, rows[part], vectors[part])

    async def search(self, tenant: str, vector: Vectors, *, limit: int) -> list[Match]:
        """See `base.VectorStore`."""
        return await self.pool.run(_search, self._place(tenant), vector, limit)

    async def delete(self, tenant: str, job_id: str) -> None:
        """See `base.VectorStore`."""
        await self.pool.run(_delete, self._place(tenant), job_id)

    def _place(self, tenant: str) -> "Place":
        # Hashed, for a collection's name may hold few letters.
        return Place(str(self.folder), f"tenant-{sha256(tenant.encode()).hexdigest()[:24]}", self.model)


@dataclass(frozen=True, slots=True)
class Place:
    """A collection: the folder it lies in, its name, and the model of its vectors."""

    folder: str
    collection: str
    model: str


def _metadata(job_id: str, passage: Passage, source: Source) -> dict[str, str | int]:
    return {
        "job": job_id,
        "source": source.id,
        "url": source.url,
        "title": source.title,
        "start": passage.start,
        "end": passage.end,
        "sha256": source.sha256 or "",
    }


def _upsert(place: Place, ids: list[str], texts: list[str], rows: list[dict[str, Any]], vectors: Vectors) -> None:
    _collection(place).upsert(ids=ids, documents=texts, metadatas=rows, embeddings=vectors)


def _delete(place: Place, job_id: str) -> None:
    _collection(place).delete(where={"job": job_id})


def _search(place: Place, vector: Vectors, limit: int) -> list[Match]:
    found = _collection(place).query(query_embeddings=[vector], n_results=limit)
    rows = zip(found["metadatas"][0], found["documents"][0], found["distances"][0], strict=True)
    return [
        Match(
            score=float(np.clip(1 - distance, -1, 1)),
            job_id=row["job"],
            url=row["url"],
            title=row["title"],
            text=text,
            start=row["start"],
            end=row["end"],
            sha256=row["sha256"],
        )
        for row, text, distance in rows
    ]


def _collection(place: Place) -> Any:  # noqa: ANN401 (chromadb's own types pull in its server)
    name = f"{place.collection}-{place.model}"
    return _client(place.folder).get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )


def _open(folder: str) -> None:
    _client(folder)


@cache
def _client(folder: str) -> Any:  # noqa: ANN401 (idem)
    """The one client of this process, which holds the folder until it ends."""
    import chromadb
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        hold(Path(folder) / "in-use-by")
        return chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    except (OSError, ValueError, ChromaError) as error:
        raise TransientError(f"{folder} cannot be used: {error}") from None


def hold(path: Path, *, wait_seconds: float = LOCK_WAIT_SECONDS) -> None:
    """Lock `path` for the life of this process, and write its parent's id into it.

    Raises:
        TransientError: another process holds it, and still does after `wait_seconds`.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = os.read(handle, 20).decode()
                os.close(handle)
                raise TransientError(f"{path.parent} is in use by process {holder}") from None
            time.sleep(LOCK_POLL_SECONDS)
        else:
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getppid()).encode())
            return
