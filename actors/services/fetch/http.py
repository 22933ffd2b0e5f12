"""Pages from the open web: guarded at every hop, polite to every host, and over in time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Self

from aiohttp.abc import AbstractResolver
from yarl import URL

from actors.domain.errors import SourceError, TransientError
from actors.services.fetch.answers import (
    NOT_MODIFIED,
    RETRIED_STATUSES,
    SUCCESS,
    Answer,
    retry_delay,
    status_reason,
)
from actors.services.fetch.base import Page, Version
from actors.services.fetch.breaker import HostBreakers
from actors.services.fetch.client import WebClient
from actors.services.fetch.guard import check_url
from actors.services.fetch.pacing import HostTurns, LocalPace, Pace
from actors.services.fetch.refresh import refresh_location
from actors.services.fetch.robots import Forgetful, Robots
from actors.services.fetch.settings import FetchSettings
from actors.store.caching import Caching
from actors.store.ports import Breakers, Cache

__all__ = ["FetchSettings", "HttpFetcher"]

Ask = Callable[[str, asyncio.Timeout], Awaitable[Answer]]


class HttpFetcher:
    """Reads `http` and `https` addresses; use it as an async context manager, or `close` it in the end.

    `pace` waits for a host's turn, `breakers` tell which hosts are left alone, `cache` keeps what robots.txt files say:
    without them, this process paces itself, asks every host and keeps what it has read. `clock` gives Unix seconds, and
    `resolver` stands in for the system's.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        pace: Pace | None = None,
        breakers: Breakers | None = None,
        cache: Cache | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._client = WebClient(settings, clock=clock, resolver=resolver)
        self._robots = Robots(settings, self._read_robots, Caching(cache or Forgetful()), clock=clock)
        self._turns = HostTurns(settings.per_host, pace or LocalPace(sleep=sleep))
        self._breakers = HostBreakers(breakers)

    async def fetch(self, url: str, known: Version | None = None) -> Page | None:
        """See `base.Fetcher`."""
        seconds = self._settings.timeout_seconds
        try:
            async with asyncio.timeout(seconds) as timer:
                found, answer = await self._follow(url, timer, partial(self._ask_politely, known=known))
        except TimeoutError:
            raise SourceError(f"did not answer within {seconds:g} s") from None
        if known and answer.status == NOT_MODIFIED and found == known.url:
            return None
        if answer.status not in SUCCESS or answer.wall:
            raise SourceError(status_reason(answer.status, answer.wall))
        fetched_at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")
        tells = answer.etag or answer.modified
        version = Version(url=found, etag=answer.etag, modified=answer.modified) if tells else None
        return Page(found, answer.body, answer.content_type, answer.charset, fetched_at, version)

    async def _follow(self, url: str, timer: asyncio.Timeout, ask: Ask) -> tuple[str, Answer]:
        """The first answer that leads no further, and its address; every hop passes the guard."""
        seen: list[str] = []
        while len(seen) <= self._settings.max_redirects:
            url = check_url(url, self._settings)
            if url in seen:
                raise SourceError("its redirects lead in a circle")
            seen.append(url)
            answer = await ask(url, timer)
            location = answer.location or refresh_location(answer)
            if location is None or (answer.body and _join(url, location) in seen):
                return url, answer
            url = _join(url, location)
        raise SourceError(f"redirected more than {self._settings.max_redirects} times")

    async def _ask_politely(self, url: str, timer: asyncio.Timeout, *, known: Version | None) -> Answer:
        delay = await self._robots.delay(url)
        check = partial(self._breakers.check, url)
        async with self._turns.turn(URL(url).raw_host or "", delay, timer, check):
            return await self._ask(url, timer, known)

    async def _read_robots(self, url: str, timer: asyncio.Timeout) -> Answer:
        return (await self._follow(url, timer, self._ask))[1]

    async def _ask(self, url: str, timer: asyncio.Timeout, known: Version | None = None) -> Answer:
        """Ask until there is an answer that stands, and tell the host's breaker what came of it."""
        try:
            outcome = await self._insist(url, timer, known)
        except SourceError:
            await self._breakers.worked(url)
            raise
        except (asyncio.CancelledError, TimeoutError) as error:
            if timer.expired() or isinstance(error, TimeoutError):
                await self._breakers.failed(url)
            raise
        await self._breakers.note(url, outcome)
        if isinstance(outcome, TransientError):
            raise SourceError(str(outcome)) from outcome
        return outcome

    async def _insist(self, url: str, timer: asyncio.Timeout, known: Version | None) -> Answer | TransientError:
        """Ask at most `attempts` times and not beyond `timer`'s end."""
        attempt = 1
        while True:
            outcome = await self._attempt(url, known)
            passing = isinstance(outcome, TransientError) or (outcome.status in RETRIED_STATUSES and not outcome.wall)
            delay = retry_delay(attempt, outcome.retry_after_seconds)
            if not passing or attempt == self._settings.attempts or delay >= _seconds_left(timer):
                return outcome
            await self._sleep(delay)
            attempt += 1

    async def _attempt(self, url: str, known: Version | None) -> Answer | TransientError:
        try:
            return await self._client.ask(url, known)
        except TransientError as error:
            return error

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


def _join(url: str, location: str) -> str:
    try:
        return str(URL(url).join(URL(location.strip())).with_fragment(None))
    except (ValueError, IndexError):  # of yarl, which stumbles over "http://[]@"
        raise SourceError("redirected to an address that is not a valid URL") from None


def _seconds_left(timer: asyncio.Timeout) -> float:
    return (timer.when() or 0.0) - asyncio.get_running_loop().time()
