"""Passages on a ChromaDB server that several hosts share, spoken to over its HTTP API (version 2).

Not with the library's own client: it costs the service 35 MB and a second of import, has no timeout and no end.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from actors.domain.documents import Match, Passage, Source
from actors.domain.errors import ConfigError
from actors.services.embeddings.base import Vectors
from actors.services.vectors import keeping
from actors.services.vectors.base import Kept
from actors.services.vectors.collections import MadeBy
from actors.services.vectors.rows import pack
from actors.services.vectors.server import ServerDatabase
from actors.services.vectors.wire import Abilities, Wire

PING_SECONDS = 3.0


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
        parcel = await asyncio.to_thread(pack, job_id, passages, sources, vectors, texts or {})
        await keeping.upsert(ServerDatabase(self.wire), tenant, MadeBy(self.model, vectors.shape[1]), parcel)

    async def search(self, tenant: str, vector: Vectors, *, limit: int, but: str | None = None) -> list[Match]:
        """See `base.VectorStore`."""
        wanted = MadeBy(self.model, len(vector))
        return await keeping.search(ServerDatabase(self.wire), tenant, wanted, vector, limit, but)

    async def source(self, tenant: str, job_id: str, source_id: str) -> Kept | None:
        """See `base.VectorStore`."""
        return await keeping.source(ServerDatabase(self.wire), tenant, job_id, source_id)

    async def delete(self, tenant: str, job_id: str) -> None:
        """See `base.VectorStore`."""
        await keeping.delete(ServerDatabase(self.wire), tenant, job_id)


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
