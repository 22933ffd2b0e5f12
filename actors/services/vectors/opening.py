"""Which vector store it is: the server that was named, or a local database."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from actors.domain.errors import TransientError
from actors.services.base import Pool
from actors.services.vectors.base import VectorStore
from actors.services.vectors.chroma import LocalChroma
from actors.services.vectors.remote import PING_SECONDS, RemoteChroma, open_remote

RETRY_SECONDS = 0.2

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedVectors:
    """A vector store, and why it is not the one that was asked for (empty: it is)."""

    vectors: VectorStore
    degraded: str = ""


@asynccontextmanager
async def open_vectors(
    pool: Pool,
    folder: Path,
    model: str,
    *,
    host: str = "",
    port: int = 8000,
    connect_seconds: float = 5.0,
    fallback: bool = True,
) -> AsyncIterator[OpenedVectors]:
    """The server at `host`, or the database in `folder` when no host is given; nothing heavy is started.

    A server that does not answer within `connect_seconds` is replaced by the local database if `fallback` says so.
    `pool` must be of one process and used for nothing else; `model` names the embeddings.

    Raises:
        ConfigError: `host` is no name or address.
        TransientError: the server does not answer, and `fallback` is off.
    """
    local = LocalChroma(pool, folder, model)
    if not host:
        yield OpenedVectors(local)
        return
    async with AsyncExitStack() as stack:
        remote = await stack.enter_async_context(open_remote(host, port, model))
        try:
            await _reach(remote, connect_seconds)
            opened = OpenedVectors(remote)
        except TransientError as error:
            if not fallback:
                raise
            log.warning("%s: passages are kept in %s until the next start", error, folder)
            opened = OpenedVectors(local, degraded=f"{error}; passages are kept locally")
        yield opened


async def _reach(remote: RemoteChroma, connect_seconds: float) -> None:
    """Ask until the server answers; a start of everything at once is no failure."""
    deadline = time.monotonic() + connect_seconds
    while True:
        try:
            await remote.ping(seconds=min(PING_SECONDS, connect_seconds))
        except TransientError:
            if time.monotonic() + RETRY_SECONDS > deadline:
                raise
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return
