"""A model behind a real local server, and a job's ledger kept in a dict."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from actors.config import EngineConfig
from actors.domain.errors import BudgetError, ResearchError, UnknownOutcomeError
from actors.domain.events import Note
from actors.domain.job import Spending
from actors.services.base import Services
from actors.services.llm.client import OpenAIModel, open_model
from actors.store.memory.breakers import MemoryBreakers
from tests.servers.model import ModelServer, model_server


@dataclass
class Clock:
    """A time that passes by sleeping."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class JobAtWork:
    """What a stage sees of its job: a ledger, a log, the time that is left."""

    recorded: dict[str, Any] = field(default_factory=dict)
    held: list[Spending] = field(default_factory=list)
    let_go: int = 0
    spent: list[Spending] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    told: int = 0
    tokens: int | None = None
    left: float | None = None

    async def recall(
        self,
        request: str,
        call: Callable[[], Awaitable[Any]],
        kind: type,
        *,
        most: Spending,
        spent: Callable[[Any], Spending],
    ) -> Any:
        if request not in self.recorded:
            if self.tokens is not None and most.tokens > self.tokens:
                raise BudgetError("the budget of tokens has no room")
            self.held.append(most)
            try:
                answer = await call()
            except ResearchError as error:
                self.let_go += not isinstance(error.__cause__, UnknownOutcomeError)
                raise
            self.spent.append(spent(answer))
            self.recorded[request] = answer.model_dump_json()
        return kind.model_validate_json(self.recorded[request])

    async def tell(self, note: Note) -> None:
        self.told += 1
        self.notes.setdefault(note.once, note)

    def services(self, model: Any) -> Services:
        nothing: Any = None
        return Services(
            tell=self.tell,
            recall=self.recall,
            time_left=lambda: self.left,
            search={},
            reader=nothing,
            embedder=nothing,
            local_embedder=nothing,
            vectors=nothing,
            pool=nothing,
            reports=Path("reports"),
            model=model,
        )


Served = Callable[..., AbstractAsyncContextManager[tuple[OpenAIModel, ModelServer]]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def job() -> JobAtWork:
    return JobAtWork()


@pytest.fixture(scope="session")
def job_at_work() -> type[JobAtWork]:
    """For tests that need a new job each time."""
    return JobAtWork


@pytest.fixture
def breakers(clock: Clock) -> MemoryBreakers:
    return MemoryBreakers(clock)


@pytest.fixture
def opened(clock: Clock, breakers: MemoryBreakers) -> Served:
    """`opened(base_url=…)`: the model of these settings of `[llm]`, whose waits take no time."""

    @asynccontextmanager
    async def open_it(**llm: Any) -> AsyncIterator[OpenAIModel]:
        config = EngineConfig.model_validate({"llm": {"model": "copied", "timeout_seconds": 10.0, **llm}})
        async with open_model(config, breakers, sleep=clock.sleep) as model:
            assert model is not None
            yield model

    return open_it


@pytest.fixture
def served(opened: Served) -> Served:
    """`served(*script, llm={…}, **options of the server)`: a model and its server."""

    @asynccontextmanager
    async def serve(
        *script: Any, llm: dict[str, Any] | None = None, **options: Any
    ) -> AsyncIterator[tuple[OpenAIModel, ModelServer]]:
        async with (
            model_server(script=list(script), **options) as server,
            opened(base_url=server.url, **(llm or {})) as model,
        ):
            yield model, server

    return serve
