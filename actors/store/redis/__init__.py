"""The store on Redis or Valkey: a server of yours, or a private one below the data folder."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from actors.config import RedisConfig
from actors.domain.errors import ConfigError, StoreUnavailableError
from actors.store.ports import Store
from actors.store.records import Limits
from actors.store.redis.advice import advice
from actors.store.redis.breakers import RedisBreakers
from actors.store.redis.buckets import RedisBuckets
from actors.store.redis.cache import RedisCache
from actors.store.redis.connect import Clients, connect, redis_errors, safe_url
from actors.store.redis.embedded import EmbeddedServer, embedded_server
from actors.store.redis.events import RedisEvents
from actors.store.redis.jobs import RedisJobs
from actors.store.redis.ledger import RedisLedger
from actors.store.redis.mailboxes import RedisMailboxes
from actors.store.redis.pipe import Pipe
from actors.store.redis.scripts import Scripts

REVIVE_SECONDS = 1.0
"""How often the embedded server is looked after."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_redis_store(config: RedisConfig, data: Path, first_stage: str, limits: Limits) -> AsyncIterator[Store]:
    """A store on the server that `config` names, or on the one embedded below `data`.

    Raises:
        ConfigError: the address or the password is wrong, or the data folder cannot be used.
        StoreUnavailableError: the server cannot be reached in time.
    """
    async with AsyncExitStack() as stack:
        url = config.url
        if url == "embedded":
            server = await stack.enter_async_context(embedded_server(data, connect_seconds=config.connect_seconds))
            url = server.url
            _beside(stack, _look_after(server))
        clients = await connect(url, connect_seconds=config.connect_seconds)
        stack.push_async_callback(clients.close)
        if config.url != "embedded":
            await _say_advice(clients, url)
        store, events = redis_store(clients, config.prefix, first_stage, limits, tier=_tier(config.url))
        await events.start()
        _beside(stack, events.follow())
        yield store


def redis_store(
    clients: Clients, prefix: str, first_stage: str, limits: Limits, *, tier: str
) -> tuple[Store, RedisEvents]:
    """The ports over two clients, and the events whose `follow` has to run beside them."""
    scripts = Scripts(Pipe(clients.commands), prefix, first_stage, limits)
    events = RedisEvents(scripts, clients.reading)
    store = Store(
        tier=tier,
        ping=partial(_ping, clients),
        jobs=RedisJobs(scripts),
        mailboxes=RedisMailboxes(scripts, clients.reading),
        events=events,
        ledger=RedisLedger(scripts),
        cache=RedisCache(scripts),
        buckets=RedisBuckets(scripts),
        breakers=RedisBreakers(scripts),
    )
    return store, events


def _tier(url: str) -> str:
    return "embedded" if url == "embedded" else "redis"


async def _say_advice(clients: Clients, url: str) -> None:
    for level, sentence in await advice(clients.commands):
        log.log(level, "%s: %s", safe_url(url), sentence)


async def _ping(clients: Clients) -> None:
    with redis_errors():
        await clients.commands.ping()


def _beside(stack: AsyncExitStack, loop: Coroutine[Any, Any, None]) -> None:
    """Run a loop until the stack is closed."""
    task = asyncio.create_task(loop)

    async def end() -> None:
        task.cancel()
        await asyncio.wait({task})

    stack.push_async_callback(end)


async def _look_after(server: EmbeddedServer) -> None:
    while True:
        await asyncio.sleep(REVIVE_SECONDS)
        try:
            await server.ensure()
        except (StoreUnavailableError, ConfigError) as error:
            log.warning("the embedded server cannot be started again: %s", error)
