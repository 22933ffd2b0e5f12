"""What a site's robots.txt lets us read, asked once an origin and then remembered. Source: RFC 9309."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from cachetools import TLRUCache
from protego import Protego
from yarl import URL

from actors.domain.errors import SourceError
from actors.services.fetch.answers import RETRIED_STATUSES, SUCCESS, Answer, status_reason
from actors.services.fetch.settings import FetchSettings

MAX_BYTES = 512_000
"""More of a robots.txt is not looked at, RFC 9309 2.5."""

ORIGINS = 10_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin lets us read: all unless there are `directives`, nothing when there is a `refusal`."""

    directives: Protego | None = None
    refusal: str = ""


class Robots:
    """Fetches each robots.txt by `ask`, which follows redirects and retries; `clock` gives seconds from any start."""

    def __init__(
        self,
        settings: FetchSettings,
        ask: Callable[[str, asyncio.Timeout], Awaitable[Answer]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._ask = ask
        self._rules: TLRUCache[str, Rules] = TLRUCache(maxsize=ORIGINS, ttu=self._until, timer=clock)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def _until(self, _origin: str, rules: Rules, now: float) -> float:
        return now + (self._settings.robots_retry_seconds if rules.refusal else self._settings.robots_seconds)

    async def delay(self, url: str, timer: asyncio.Timeout) -> float:
        """Seconds that the site wants between requests, capped by `max_delay_seconds`.

        Raises:
            SourceError: we may not read `url`.
        """
        rules = await self._of(str(URL(url).origin()), timer)
        if rules.refusal:
            raise SourceError(rules.refusal)
        if rules.directives is None:
            return 0.0
        token = self._settings.robots_token
        if not rules.directives.can_fetch(url, token):
            raise SourceError("the site's robots.txt does not allow it")
        return min(rules.directives.crawl_delay(token) or 0.0, self._settings.max_delay_seconds)

    async def _of(self, origin: str, timer: asyncio.Timeout) -> Rules:
        async with self._locks.setdefault(origin, asyncio.Lock()):
            rules = self._rules.get(origin)
            if rules is None:
                rules = self._rules[origin] = await self._read(origin, timer)
            return rules

    async def _read(self, origin: str, timer: asyncio.Timeout) -> Rules:
        try:
            answer = await self._ask(f"{origin}/robots.txt", timer)
        except SourceError as error:
            return Rules(refusal=str(error))
        if answer.status in RETRIED_STATUSES:
            return Rules(refusal=f"its robots.txt {status_reason(answer.status)}")
        if answer.status not in SUCCESS:
            return Rules()
        text = answer.body[:MAX_BYTES].decode("utf-8-sig", "replace")
        return Rules(directives=await asyncio.to_thread(Protego.parse, text))
