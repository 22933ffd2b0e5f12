"""Passages on a ChromaDB server that several hosts share, spoken to over its HTTP API (version 2).

Not with the library's own client: it costs the service 35 MB and a second of import, has no timeout and no end.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from actors.domain.documents import Match, Passage, Source
from actors.domain.errors import ConfigError, PermanentError
from actors.services.embeddings.base import Vectors
from actors.services.vectors.base import Kept
from actors.services.vectors.collections import SPACE, MadeBy, made_by, names, other_model
from actors.services.vectors.rebuilding import rebuild
from actors.services.vectors.rows import Batch, Cargo, matches, not_of, of_source, texts
from actors.services.vectors.wire import (
    COLLECTIONS,
    Abilities,
    Collection,
    Done,
    Found,
    Got,
    NotThereError,
    Number,
    Wire,
)

WRITE_SECONDS = 60.0
PING_SECONDS = 3.0
BATCH = 250


@dataclass(frozen=True, slots=True)
class RemoteChroma:
    """`base.VectorStore` on a server; `model` names the embeddings."""

    wire: Wire
    model: str

    async def open(self) -> None:
        """Nothing loads slowly here."""

    async def ping(self, *, seconds: float = PING_SECONDS) -> str:
        """`server`, once it has answered.

        Raises:
            TransientError: no answer within `seconds`, or not that of a ChromaDB which this client can use.
        """
        await self.wire.call("GET", "pre-flight-checks", None, Abilities, seconds=seconds)
        return "server"

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
        wanted = MadeBy(self.model, vectors.shape[1])
        collection = await self._fitting(tenant, wanted) or await self._create(tenant, wanted)
        for batch in await asyncio.to_thread(cargo.batches, BATCH):
            await self.wire.call("POST", f"{collection.path}/upsert", _body(batch), Done, seconds=WRITE_SECONDS)

    async def search(self, tenant: str, vector: Vectors, *, limit: int, but: str | None = None) -> list[Match]:
        """See `base.VectorStore`."""
        collection = await self._fitting(tenant, MadeBy(self.model, len(vector)))
        if collection is None:
            return []
        query = {
            "query_embeddings": [vector.tolist()],
            "n_results": limit,
            "where": not_of(but),
            "include": ["metadatas", "documents", "distances"],
        }
        found = await self.wire.call("POST", f"{collection.path}/query", query, Found)
        return matches(found.metadatas[0], found.documents[0], found.distances[0])

    async def source(self, tenant: str, job_id: str, source_id: str) -> Kept | None:
        """See `base.VectorStore`."""
        collection = await self._existing(tenant)
        if collection is None:
            return None
        body = {"where": of_source(job_id, source_id), "include": ["metadatas", "documents"]}
        got = await self.wire.call("POST", f"{collection.path}/get", body, Got)
        return await asyncio.to_thread(rebuild, got.metadatas, texts(got.metadatas, got.documents))

    async def delete(self, tenant: str, job_id: str) -> None:
        """See `base.VectorStore`."""
        if collection := await self._existing(tenant):
            body = {"where": {"job": job_id}}
            await self.wire.call("POST", f"{collection.path}/delete", body, Done, seconds=WRITE_SECONDS)

    async def _existing(self, tenant: str) -> Collection | None:
        """The tenant's collection, asked for each time: a server may come back with an empty folder."""
        for name in names(tenant):
            with suppress(NotThereError):
                return await self.wire.call("GET", f"{COLLECTIONS}/{name}", None, Collection)
        return None

    async def _fitting(self, tenant: str, wanted: MadeBy) -> Collection | None:
        """The tenant's collection; None where there is none, or was one of another model that had become empty."""
        collection = await self._existing(tenant)
        if collection is None or made_by(collection.metadata) == wanted:
            return collection
        if await self.wire.call("GET", f"{collection.path}/count", None, Number) != Number(0):
            raise self._other_model(collection, wanted)
        await self.wire.call("DELETE", f"{COLLECTIONS}/{collection.name}", None, Done)
        return None

    async def _create(self, tenant: str, wanted: MadeBy) -> Collection:
        """The tenant's new collection, unless another host has been quicker with another model."""
        body = {
            "name": names(tenant)[0],
            "get_or_create": True,
            "metadata": wanted.metadata,
            "configuration": {"hnsw": {"space": SPACE}},
        }
        collection = await self.wire.call("POST", COLLECTIONS, body, Collection)
        if made_by(collection.metadata) != wanted:
            raise self._other_model(collection, wanted)
        return collection

    def _other_model(self, collection: Collection, wanted: MadeBy) -> PermanentError:
        place = f"the ChromaDB server {self.wire.host}"
        return other_model(collection.name, place, kept=made_by(collection.metadata), wanted=wanted)


def _body(batch: Batch) -> dict[str, Any]:
    """Vectors as base64 of little-endian float32: a tenth of the time and a quarter of the bytes of numbers."""
    vectors = [b64encode(row.tobytes()).decode() for row in batch.vectors.astype("<f4")]
    return {"ids": batch.ids, "metadatas": batch.rows, "embeddings": vectors}


@asynccontextmanager
async def open_remote(host: str, port: int, model: str) -> AsyncIterator[RemoteChroma]:
    """The server at `host` (a name or an address), with connections that close in the end; nothing is asked of it yet.

    Raises:
        ConfigError: `host` is no name or address.
    """
    try:
        url = URL.build(scheme="http", host=host, port=port, path="/api/v2")
    except ValueError as error:
        raise ConfigError(f"chroma.host: {host!r} is not a host name or an address ({error})") from error
    async with aiohttp.ClientSession(json_serialize=json.dumps) as session:
        yield RemoteChroma(Wire(session, url), model)
