"""Passages on a ChromaDB server that several hosts share, spoken to over its HTTP API (version 2).

Not with the library's own client: it costs the service 35 MB and a second of import, has no timeout and no end.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError
from yarl import URL

from actors.domain.documents import Match, Passage, Source
from actors.domain.errors import ConfigError, TransientError
from actors.services.embeddings.base import Vectors
from actors.services.vectors.rows import SPACE, Batch, Row, batches, collection_name, matches

READ_SECONDS = 10.0
WRITE_SECONDS = 60.0
PING_SECONDS = 3.0
BATCH = 250
COLLECTIONS = "tenants/default_tenant/databases/default_database/collections"

Answer = TypeVar("Answer", bound=BaseModel)


class Abilities(BaseModel):
    """What a server says of itself; one that takes no base64 is older than this client."""

    supports_base64_encoding: Literal[True]


class Collection(BaseModel):
    """A collection's handle on the server."""

    id: str


class Done(BaseModel):
    """Any answer."""


class Found(BaseModel):
    """What a query found, a list for each vector asked for."""

    metadatas: list[list[Row]]
    documents: list[list[str]]
    distances: list[list[float]]


@dataclass(frozen=True, slots=True)
class RemoteChroma:
    """`base.VectorStore` on a server; `session` has its address as base URL, `model` names the embeddings."""

    session: aiohttp.ClientSession
    url: URL
    model: str

    async def open(self) -> None:
        """Nothing loads slowly here."""

    async def ping(self, *, seconds: float = PING_SECONDS) -> str:
        """`server`, once it has answered.

        Raises:
            TransientError: no answer within `seconds`, or not that of a ChromaDB which this client can use.
        """
        await self._call("GET", "pre-flight-checks", None, Abilities, seconds=seconds)
        return "server"

    async def upsert(
        self, tenant: str, job_id: str, passages: Sequence[Passage], sources: dict[str, Source], vectors: Vectors
    ) -> None:
        """See `base.VectorStore`."""
        collection = await self._collection(tenant)
        for batch in await asyncio.to_thread(list, batches(job_id, passages, sources, vectors, size=BATCH)):
            await self._call("POST", f"{collection}/upsert", _body(batch), Done, seconds=WRITE_SECONDS)

    async def search(self, tenant: str, vector: Vectors, *, limit: int) -> list[Match]:
        """See `base.VectorStore`."""
        query = {
            "query_embeddings": [vector.tolist()],
            "n_results": limit,
            "include": ["metadatas", "documents", "distances"],
        }
        found = await self._call("POST", f"{await self._collection(tenant)}/query", query, Found)
        return matches(found.metadatas[0], found.documents[0], found.distances[0])

    async def delete(self, tenant: str, job_id: str) -> None:
        """See `base.VectorStore`."""
        body = {"where": {"job": job_id}}
        await self._call("POST", f"{await self._collection(tenant)}/delete", body, Done, seconds=WRITE_SECONDS)

    async def _collection(self, tenant: str) -> str:
        """The path of the tenant's collection, asked for each time: a server may come back with an empty folder."""
        name = collection_name(tenant, self.model)
        body = {"name": name, "get_or_create": True, "configuration": {"hnsw": {"space": SPACE}}}
        return f"{COLLECTIONS}/{(await self._call('POST', COLLECTIONS, body, Collection)).id}"

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None, kind: type[Answer], *, seconds: float = READ_SECONDS
    ) -> Answer:
        """Every call is one that may be repeated: nothing is lost or doubled when its answer is."""
        limit = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self.session.request(method, self.url / path, json=body, timeout=limit) as response:
                text = await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or f"no answer within {seconds:g} s"
            raise TransientError(f"the ChromaDB server {self.url.authority} does not answer: {reason}") from error
        if not response.ok:
            raise TransientError(f"the ChromaDB server {self.url.authority} says {response.status}: {text[:200]}")
        try:
            return kind.model_validate_json(text)
        except ValidationError as error:
            raise TransientError(f"{self.url.authority} does not answer as ChromaDB 1.5 does: {text[:200]}") from error


def _body(batch: Batch) -> dict[str, Any]:
    """Vectors as base64 of little-endian float32: a tenth of the time and a quarter of the bytes of numbers."""
    vectors = [b64encode(row.tobytes()).decode() for row in batch.vectors.astype("<f4")]
    return {"ids": batch.ids, "documents": batch.texts, "metadatas": batch.rows, "embeddings": vectors}


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
        yield RemoteChroma(session, url, model)
