"""Which store stands behind the ports: the server that was named, a private one, or memory."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from actors.config import EngineConfig
from actors.domain.errors import StoreUnavailableError
from actors.store.memory import memory_store
from actors.store.ports import Store
from actors.store.records import Limits

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A store, and why it is not the one that was asked for (empty: it is)."""

    store: Store
    degraded: str = ""


@asynccontextmanager
async def open_store(config: EngineConfig, first_stage: str) -> AsyncIterator[Opened]:
    """The store that `redis.url` asks for.

    Raises:
        ConfigError: the address or the password is wrong, or the data folder cannot be used.
        StoreUnavailableError: the server cannot be reached, and `redis.fallback` is off.
    """
    run = config.engine
    limits = Limits(
        max_running=run.max_running,
        max_pending=run.max_pending,
        keep_artefacts_seconds=run.keep_artefacts_seconds,
        keep_jobs_seconds=run.keep_jobs_seconds,
    )
    if config.redis.url == "memory":
        yield Opened(memory_store(first_stage, limits))
        return
    from actors.store.redis import open_redis_store

    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(
                open_redis_store(config.redis, config.storage.data, first_stage, limits)
            )
            opened = Opened(store)
        except StoreUnavailableError as error:
            if not config.redis.fallback:
                raise
            log.warning("%s: jobs are kept in memory and do not survive this process (redis.fallback)", error)
            opened = Opened(memory_store(first_stage, limits), degraded=str(error))
        yield opened
