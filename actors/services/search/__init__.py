"""Search providers: to add one, write its file and a line in `PROVIDERS`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from actors.config import EngineConfig
from actors.services.search import brave, duckduckgo, google, searxng, tavily, wikipedia
from actors.services.search.api import Source
from actors.services.search.base import SearchProvider
from actors.services.search.client import JsonClient
from actors.services.search.guarded import TURNS, GuardedSearch
from actors.services.search.opening import Connect
from actors.store.caching import Caching
from actors.store.ports import Breakers, Cache

PROVIDERS: Mapping[str, Callable[[EngineConfig, Connect], Source | None]] = {
    "google": google.source,
    "searxng": searxng.source,
    "brave": brave.source,
    "tavily": tavily.source,
    "duckduckgo": duckduckgo.source,
    "wikipedia": wikipedia.source,
}


@asynccontextmanager
async def open_providers(
    config: EngineConfig,
    cache: Cache,
    breakers: Breakers,
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[dict[str, SearchProvider]]:
    """Every provider of the web that can run with these settings, by name; connections are made when first needed."""
    seconds = config.search.timeout_seconds
    caching = Caching(cache, claim_seconds=2 * seconds)
    async with AsyncExitStack() as stack:

        def connect(*, own: bool) -> JsonClient:
            fetch = config.fetch
            bundle = str(fetch.ca_bundle or "")
            client = JsonClient(user_agent=fetch.user_agent, proxy=fetch.proxy, ca_bundle=bundle, own=own, sleep=sleep)
            stack.push_async_callback(client.close)
            return client

        sources = {name: source(config, connect) for name, source in PROVIDERS.items()}
        yield {
            name: GuardedSearch(
                source=source,
                caching=caching,
                breakers=breakers,
                timeout_seconds=seconds,
                keep_seconds=config.search.keep_seconds,
                turns=asyncio.Semaphore(TURNS),
                sleep=sleep,
            )
            for name, source in sources.items()
            if source
        }
