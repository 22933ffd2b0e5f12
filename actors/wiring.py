"""Which implementation stands behind each port of the services: the one place that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from actors.config import EngineConfig, FetchConfig
from actors.domain.documents import Extracted
from actors.domain.errors import ConfigError
from actors.runtime.pool import ProcessPool
from actors.services.base import Bind, Pool, Reader, Services
from actors.services.embeddings.base import Embedder
from actors.services.embeddings.wordllama import WordLlamaEmbedder
from actors.services.fetch.base import Fetcher
from actors.services.fetch.corpus import SCHEME, CorpusFetcher, corpus_files, corpus_stamp
from actors.services.fetch.http import HttpFetcher
from actors.services.fetch.reader import CachingReader
from actors.services.fetch.settings import FetchSettings
from actors.services.nlp.entities import load_model
from actors.services.search.base import SearchProvider
from actors.services.search.corpus import CorpusFile, CorpusSearch
from actors.services.vectors.base import VectorStore
from actors.services.vectors.opening import open_vectors
from actors.store.ports import Buckets, Store

CORPUS_KEEP_SECONDS = 60.0
"""How long a file's text is taken as read: long enough for the fetch stage to find what the search has read."""


EXTRACTION_VERSION = 1
"""Raised when texts are taken out of files in another way, so that indexed folders are read again."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The services as opened; `bind` makes them a delivery's own, `warm` lets heavy libraries load ahead of need.

    `degraded` says why one of them is not what was asked for (empty: it is).
    """

    bind: Bind
    embedder: Embedder
    vectors: VectorStore
    pool: Pool
    providers: frozenset[str]
    warm: Callable[[], Coroutine[Any, Any, None]]
    degraded: str = ""


@asynccontextmanager
async def open_services(config: EngineConfig, store: Store) -> AsyncIterator[Outside]:
    """Everything outside the store, closed again at the end; heavy parts start when first used."""
    async with AsyncExitStack() as stack:
        pool = _pool(stack, config, config.engine.process_count)
        web = HttpFetcher(_settings(config.fetch), pace=partial(_pace, store.buckets))
        await stack.enter_async_context(web)
        reader = _reader(config, web, pool, store)
        embedder = WordLlamaEmbedder(pool)
        opened = await stack.enter_async_context(
            open_vectors(
                _pool(stack, config, 1),
                config.storage.data / "chroma",
                embedder.model,
                host=config.chroma.host,
                port=config.chroma.port,
                connect_seconds=config.redis.connect_seconds,
                fallback=config.redis.fallback,
            )
        )
        vectors = opened.vectors
        providers = _providers(config, reader)
        bind = partial(
            Services,
            search=providers,
            reader=reader,
            embedder=embedder,
            vectors=vectors,
            pool=pool,
            reports=config.storage.reports,
        )

        async def warm() -> None:
            loads = (pool.run(_load_libraries) for _ in range(max(1, config.engine.process_count - 1)))
            await asyncio.gather(vectors.open(), *loads, return_exceptions=True)

        yield Outside(bind, embedder, vectors, pool, frozenset(providers), warm, opened.degraded)


def _load_libraries() -> None:
    """What every process of the pool will need, and loads slowly; whatever fails here fails again where it matters."""
    load_model()


def _pool(stack: AsyncExitStack, config: EngineConfig, processes: int) -> ProcessPool:
    pool = ProcessPool(processes=processes, timeout_seconds=config.engine.process_seconds)
    stack.push_async_callback(pool.close)
    return pool


def _settings(fetch: FetchConfig) -> FetchSettings:
    return FetchSettings(
        proxy=fetch.proxy,
        ca_bundle=str(fetch.ca_bundle or ""),
        allow_networks=tuple(map(str, fetch.allow_networks)),
        deny_hosts=fetch.deny_hosts,
        timeout_seconds=fetch.timeout_seconds,
        max_bytes=fetch.max_bytes,
        user_agent=fetch.user_agent,
    )


async def _pace(buckets: Buckets, host: str, seconds: float) -> None:
    """Wait for the host's next turn, in one line with all processes on the same store."""
    await asyncio.sleep(await buckets.reserve(f"host:{host}", interval_seconds=seconds))


def _reader(config: EngineConfig, web: Fetcher, pool: ProcessPool, store: Store) -> Reader:
    fetchers = {"http": web, "https": web}
    keep_seconds = dict.fromkeys(fetchers, config.fetch.keep_seconds)
    if folder := config.search.corpus.folder:
        fetchers[SCHEME] = CorpusFetcher(folder, config.search.corpus.max_bytes)
        keep_seconds[SCHEME] = CORPUS_KEEP_SECONDS
    return CachingReader(fetchers, pool, store.cache, config.fetch.max_characters, keep_seconds)


def _providers(config: EngineConfig, reader: Reader) -> dict[str, SearchProvider]:
    """The providers that can run with this configuration and are wanted, by name."""
    able: dict[str, SearchProvider] = {}
    if folder := config.search.corpus.folder:
        able["corpus"] = _corpus_search(folder, config, reader)
    for name in config.search.providers:
        if name not in able:
            known = ", ".join(sorted(able)) or "none: set search.corpus.folder"
            raise ConfigError(f"search.providers: {name!r} cannot run; with these settings there are: {known}")
    return {name: able[name] for name in config.search.providers or able}


def _corpus_search(folder: Path, config: EngineConfig, reader: Reader) -> CorpusSearch:
    made_with = f"{EXTRACTION_VERSION}-{config.search.corpus.max_bytes}-{config.fetch.max_characters}"

    def files() -> list[CorpusFile]:
        return [CorpusFile(url, f"{corpus_stamp(folder, url)}-{made_with}") for url in corpus_files(folder)]

    async def read(url: str) -> Extracted:
        return (await reader.read(url)).extracted

    name = f"corpus-{sha256(str(folder.resolve()).encode()).hexdigest()[:12]}.sqlite"
    return CorpusSearch(files, read, config.storage.data / name)
