"""A source made safe to ask: over in time, left alone while it is down, not asked again for what it has answered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from actors.domain.documents import Hit, Kind
from actors.domain.errors import PermanentError, ResearchError, StoreUnavailableError, TransientError
from actors.services.search.api import Outcome, Source
from actors.services.search.base import Receipt, SearchQuery
from actors.store.caching import Caching
from actors.store.ports import Breakers

NAMESPACE = "search"
FAILURES_MOST = 3
PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 900.0
"""Who has got a new quota does not wait for what the provider said before."""
TURNS = 16
"""Searches of one provider at once, in one process."""

POLL_SECONDS = 0.5


class PartlyFoundError(Exception):
    """The search ended early, but not before it had found something: what is never kept."""

    def __init__(self, hits: list[Hit], failure: ResearchError) -> None:
        super().__init__()
        self.hits = hits
        self.failure = failure


@dataclass(frozen=True, slots=True)
class GuardedSearch:
    """A `base.SearchProvider`.

    A search takes `timeout_seconds` at most, from when its turn has come. After `FAILURES_MOST` failures in a row
    the provider is left alone, by all processes, for `PAUSE_SECONDS`, or for as long as it has asked for. A complete
    answer is taken again for `keep_seconds`. When an error ends a search that has found something, that is the answer.
    """

    source: Source
    caching: Caching
    breakers: Breakers
    timeout_seconds: float
    keep_seconds: float
    turns: asyncio.Semaphore
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep

    @property
    def name(self) -> str:
        """See `base.SearchProvider`."""
        return self.source.name

    @property
    def kinds(self) -> frozenset[Kind]:
        """See `base.SearchProvider`."""
        return self.source.kinds

    @property
    def usd_per_query(self) -> float:
        """See `base.SearchProvider`."""
        return self.source.usd_per_query

    def requests(self, query: SearchQuery) -> int:
        """How many requests, each at `usd_per_query`, a search takes at most."""
        return self.source.requests(query)

    async def search(self, query: SearchQuery, receipt: Receipt | None = None) -> list[Hit]:
        """See `base.SearchProvider`."""
        receipt = receipt or Receipt()
        asked = f"{self.name} {self.source.identity} {query.model_dump_json()}"
        key = sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
        try:
            return list(
                await self.caching.get(
                    NAMESPACE, key, lambda: self._ask(query, receipt), list[Hit], ttl_seconds=self.keep_seconds
                )
            )
        except PartlyFoundError as partly:
            receipt.problems.append(f"{partly.failure} (after {len(partly.hits)} results)")
            return partly.hits

    async def _ask(self, query: SearchQuery, receipt: Receipt) -> list[Hit]:
        async with self.turns:
            ends = asyncio.get_running_loop().time() + self.timeout_seconds
            await self._wait_for_breaker(ends)
            outcome = await self.source.find(query, ends=ends, receipt=receipt)
        await self._note(outcome)
        if outcome.failure and not outcome.hits:
            raise outcome.failure
        if outcome.failure:
            raise PartlyFoundError(outcome.hits, outcome.failure)
        return outcome.hits

    async def _wait_for_breaker(self, ends: float) -> None:
        """Nothing, as soon as the provider may be asked.

        Raises:
            TransientError: that will not be in time.
        """
        while pause := await self._pause():
            if asyncio.get_running_loop().time() + pause >= ends:
                message = f"has failed before, and is left alone for another {max(pause, 1):.0f} s"
                raise TransientError(message, retry_after_seconds=pause)
            await self.sleep(min(pause, POLL_SECONDS))

    async def _pause(self) -> float:
        try:
            return await self.breakers.wait(self._breaker)
        except StoreUnavailableError:
            return 0.0

    async def _note(self, outcome: Outcome) -> None:
        """Count what came out; an error in the request or the settings is no failure of the provider."""
        failure = outcome.failure
        try:
            if failure is None or outcome.answered or isinstance(failure, PermanentError):
                await self.breakers.worked(self._breaker)
            else:
                asked = getattr(failure, "retry_after_seconds", None) or 0.0
                most, pause = FAILURES_MOST, PAUSE_SECONDS
                if asked >= self.timeout_seconds:
                    most, pause = 1, min(asked, LONGEST_PAUSE_SECONDS)
                await self.breakers.failed(self._breaker, most=most, pause_seconds=pause)
        except StoreUnavailableError:
            return

    @property
    def _breaker(self) -> str:
        """Another address of the same provider is another thing to be left alone."""
        return f"search:{self.name}-{sha256(self.source.identity.encode()).hexdigest()[:8]}"
