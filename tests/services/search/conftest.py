"""The providers of the web, opened on a server that speaks all of their APIs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from actors.config import EngineConfig
from actors.services.search import open_providers
from actors.services.search.base import SearchProvider, SearchQuery
from actors.store.memory import memory_store
from actors.store.ports import Store
from tests.servers.search import SearchServer, serving
from tests.servers.search_apis import ENGINE, KEY

Opened = AbstractAsyncContextManager[dict[str, SearchProvider]]


class Sleeper:
    """Passes the time at once, and remembers how much it was."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
async def server() -> AsyncIterator[SearchServer]:
    async with serving() as described:
        yield described


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def clock() -> list[float]:
    """The store's clock, to be put forward."""
    return [1_000.0]


@pytest.fixture
def store(clock: list[float]) -> Store:
    return memory_store("plan", clock=lambda: clock[0])


@pytest.fixture
def configured(server: SearchServer) -> Callable[..., EngineConfig]:
    """The settings that lead all providers to the server; `search` and `fetch` add to them."""

    def make(*, key: str = KEY, fetch: dict[str, Any] | None = None, **search: Any) -> EngineConfig:
        paid = {"api_key": key, "base_url": server.address, "usd_per_query": 0.01}
        where = {
            "google": {**paid, "cse_id": ENGINE},
            "brave": paid,
            "tavily": paid,
            "searxng": {"url": server.address},
            "wikipedia": {"base_url": f"{server.address}/{{language}}"},
        }
        return EngineConfig.model_validate({"search": {"timeout_seconds": 5, **where, **search}, "fetch": fetch or {}})

    return make


@pytest.fixture
def opened(configured: Callable[..., EngineConfig], store: Store, sleeper: Sleeper) -> Callable[..., Opened]:
    """`async with opened(**settings) as providers`."""

    @asynccontextmanager
    async def make(**settings: Any) -> AsyncIterator[dict[str, SearchProvider]]:
        async with open_providers(configured(**settings), store.cache, store.breakers, sleep=sleeper) as providers:
            yield providers

    return make


@pytest.fixture
async def providers(opened: Callable[..., Opened]) -> AsyncIterator[dict[str, SearchProvider]]:
    async with opened() as made:
        yield made


@pytest.fixture
def failure() -> Callable[..., Any]:
    """`await failure(provider, kind)`: its error, which tells no secret, not even by its cause."""

    async def make(provider: SearchProvider, kind: Any, query: SearchQuery | None = None) -> Exception:
        with pytest.raises(kind) as raised:
            await provider.search(query or SearchQuery(text="ozone", limit=3))
        told = str(raised.value)
        assert KEY not in told
        assert "\n" not in told
        assert raised.value.__cause__ is None
        return raised.value

    return make
