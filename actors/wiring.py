"""Which implementation stands behind each port of the services: the one place that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from actors.config import EngineConfig, FetchConfig
from actors.domain.documents import Extracted
from actors.domain.errors import ConfigError
from actors.runtime.pool import ProcessPool
from actors.services.base import Bind, Pool, Reader, Recall, Services, Tell, TimeLeft
from actors.services.embeddings.base import Embedder
from actors.services.embeddings.opening import EmbeddingsSettings, open_embedder, within_job
from actors.services.embeddings.wordllama import WordLlamaEmbedder
from actors.services.fetch.base import Fetcher
from actors.services.fetch.corpus import SCHEME, CorpusFetcher, corpus_files, corpus_stamp
from actors.services.fetch.extract import EXTRACTION_VERSION
from actors.services.fetch.http import HttpFetcher
from actors.services.fetch.reader import CachingReader
from actors.services.fetch.settings import FetchSettings
from actors.services.llm.base import Model
from actors.services.llm.client import open_model
from actors.services.nlp.entities import load_model
from actors.services.search import open_providers
from actors.services.search.base import SearchProvider
from actors.services.search.corpus import CorpusFile, CorpusSearch
from actors.services.vectors.base import VectorStore
from actors.services.vectors.opening import OpenedVectors, open_vectors
from actors.store.ports import Buckets, Store

CORPUS_KEEP_SECONDS = 0.0
"""How long a file is not looked at again: what was read of it is kept by its stamp, which is cheap to check."""

EMBEDDINGS_AT_ONCE = 8
"""Requests for vectors, each of many texts."""

BYTES_EMBEDDED = 6
"""Of each character of a page at most: four of its own, and the titles that go with its passages."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The services as opened; `bind` makes them a delivery's own, `warm` lets heavy libraries load ahead of need.

    `degraded` says why one of them is not what was asked for (empty: it is); `unpriced` are the settings without whose
    price no budget in dollars can be kept, `tokens_a_page` and `usd_a_page` what a page's vectors can cost at most.
    """

    bind: Bind
    embedder: Embedder
    vectors: VectorStore
    pool: Pool
    providers: Mapping[str, SearchProvider]
    model: Model | None
    warm: Callable[[], Coroutine[Any, Any, None]]
    degraded: str = ""
    unpriced: tuple[str, ...] = ()
    tokens_a_page: int = 0
    usd_a_page: float = 0.0


@asynccontextmanager
async def open_services(config: EngineConfig, store: Store) -> AsyncIterator[Outside]:
    """Everything outside the store, closed again at the end; heavy parts start when first used.

    Raises:
        ConfigError: a setting is wrong.
    """
    async with AsyncExitStack() as stack:
        pool = _pool(stack, config, config.engine.process_count)
        pace = partial(_pace, store.buckets)
        web = HttpFetcher(_settings(config.fetch), pace=pace, breakers=store.breakers, cache=store.cache)
        await stack.enter_async_context(web)
        reader = _reader(config, web, pool, store)
        local = WordLlamaEmbedder(pool)
        embedder = await stack.enter_async_context(open_embedder(_embeddings(config), pool, store.cache))
        opened = await stack.enter_async_context(_vectors(config, _pool(stack, config, 1), embedder.model))
        able = await stack.enter_async_context(open_providers(config, store.cache, store.breakers))
        providers = _wanted(config, _with_corpus(config, reader) | able)
        model = await stack.enter_async_context(open_model(config, store.breakers))

        def bind(tell: Tell, recall: Recall, time_left: TimeLeft) -> Services:
            return Services(
                tell=tell,
                recall=recall,
                time_left=time_left,
                search=providers,
                reader=reader,
                embedder=within_job(embedder, recall, time_left),
                local_embedder=local,
                vectors=opened.vectors,
                pool=pool,
                reports=config.storage.reports,
                model=model,
            )

        async def warm() -> None:
            load = _load_extractor if model else _load_entities
            loads = (pool.run(load) for _ in range(max(1, config.engine.process_count - 1)))
            opens = [opened.vectors.open(), *([model.open()] if model else [])]
            await asyncio.gather(*opens, *loads, return_exceptions=True)

        paid = config.embeddings.provider == "openai"
        tokens = config.fetch.max_characters * BYTES_EMBEDDED if paid else 0
        yield Outside(
            bind,
            embedder,
            opened.vectors,
            pool,
            providers,
            model,
            warm,
            opened.degraded,
            unpriced=tuple(_unpriced(config)),
            tokens_a_page=tokens,
            usd_a_page=tokens * _embeddings(config).usd_per_million / 1e6,
        )


def _vectors(config: EngineConfig, pool: Pool, model: str) -> AbstractAsyncContextManager[OpenedVectors]:
    return open_vectors(
        pool,
        config.storage.data / "chroma",
        model,
        host=config.chroma.host,
        port=config.chroma.port,
        connect_seconds=config.redis.connect_seconds,
        fallback=config.redis.fallback,
    )


def _embeddings(config: EngineConfig) -> EmbeddingsSettings:
    own, llm = config.embeddings, config.llm
    same_server = own.base_url in ("", llm.base_url)
    price = llm.prices.get(own.model)
    return EmbeddingsSettings(
        provider=own.provider,
        model=own.model,
        base_url=own.base_url or llm.base_url,
        api_key=own.api_key or (llm.api_key if same_server else ""),
        timeout_seconds=llm.timeout_seconds,
        concurrency=min(llm.concurrency, EMBEDDINGS_AT_ONCE),
        usd_per_million=price.input if price else 0.0,
    )


def _unpriced(config: EngineConfig) -> Iterator[str]:
    """The models in use whose price is not set."""
    paid = [config.llm.model, config.embeddings.model if config.embeddings.provider == "openai" else ""]
    yield from (model for model in paid if model and model not in config.llm.prices)


def _load_entities() -> None:
    """What takes longest in a job by rules; whatever fails here fails again where it matters."""
    load_model()


def _load_extractor() -> None:
    """The same for a job with a model, which needs no other."""
    import trafilatura  # noqa: F401 (kept in the process for the work to come)


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
    parsers = pool.within(config.fetch.parse_seconds)
    return CachingReader(fetchers, parsers, store.cache, config.fetch.max_characters, keep_seconds)


def _with_corpus(config: EngineConfig, reader: Reader) -> dict[str, SearchProvider]:
    folder = config.search.corpus.folder
    return {"corpus": _corpus_search(folder, config, reader)} if folder else {}


def _wanted(config: EngineConfig, able: Mapping[str, SearchProvider]) -> dict[str, SearchProvider]:
    """The providers that can run with this configuration and are wanted, by name."""
    for name in config.search.providers:
        if name not in able:
            known = ", ".join(sorted(able))
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
