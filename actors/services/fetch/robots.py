"""What a site's robots.txt lets us read, asked once an origin for all processes together. Source: RFC 9309."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from cachetools import TLRUCache
from protego import Protego
from yarl import URL

from actors.domain.errors import SourceError
from actors.domain.job import Record
from actors.services.fetch.answers import RETRIED_STATUSES, SUCCESS, Answer, status_reason
from actors.services.fetch.settings import FetchSettings
from actors.store.caching import Caching
from actors.store.records import CacheCounts

MAX_BYTES = 512_000
"""More of a robots.txt is not looked at, RFC 9309 2.5."""

ORIGINS = 1_000
NAMESPACE = "robots"


class Forgetful:
    """`ports.Cache` that keeps nothing: each process asks for itself."""

    async def get(self, _namespace: str, _key: str) -> bytes | None:
        """See `ports.Cache`."""
        return None

    async def set(self, _namespace: str, _key: str, _value: bytes, *, ttl_seconds: float) -> None:
        """See `ports.Cache`."""

    async def claim(self, _namespace: str, _key: str, *, seconds: float) -> bool:  # noqa: ARG002
        """See `ports.Cache`."""
        return True

    async def clear(self, _namespace: str) -> int:
        """See `ports.Cache`."""
        return 0

    async def counts(self) -> dict[str, CacheCounts]:
        """See `ports.Cache`."""
        return {}


class Kept(Record):
    """The text of the file, as it was at `read_at` (Unix seconds); empty when there is none."""

    text: str
    read_at: float


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin lets us read until a time in Unix seconds: nothing when there is a `refusal`, else what it says.

    Without `directives`, everything.
    """

    until: float
    directives: Protego | None = None
    refusal: str = ""


class Robots:
    """Fetches each robots.txt by `ask`, which follows redirects and retries; `caching` shares what they say.

    `clock` gives Unix seconds.
    """

    def __init__(
        self,
        settings: FetchSettings,
        ask: Callable[[str, asyncio.Timeout], Awaitable[Answer]],
        caching: Caching,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._ask = ask
        self._caching = caching
        self._clock = clock
        self._rules: TLRUCache[str, Rules] = TLRUCache(ORIGINS, ttu=lambda _key, rules, _now: rules.until, timer=clock)

    async def delay(self, url: str) -> float:
        """Seconds that the site wants between requests, capped by `max_delay_seconds`.

        Raises:
            SourceError: we may not read `url`.
        """
        origin = str(URL(url).origin())
        rules = self._rules.get(origin)
        if rules is None:
            rules = self._rules[origin] = await self._of(origin)
        if rules.refusal:
            raise SourceError(rules.refusal)
        if rules.directives is None:
            return 0.0
        token = self._settings.robots_token
        if not rules.directives.can_fetch(url, token):
            raise SourceError("the site's robots.txt does not allow it")
        return min(rules.directives.crawl_delay(token) or 0.0, self._settings.max_delay_seconds)

    async def _of(self, origin: str) -> Rules:
        read, seconds = partial(self._read, origin), self._settings.robots_seconds
        try:
            kept = await self._caching.get(NAMESPACE, origin, read, Kept, ttl_seconds=seconds)
        except SourceError as error:
            return Rules(self._clock() + self._settings.robots_retry_seconds, refusal=str(error))
        directives = await asyncio.to_thread(Protego.parse, kept.text) if kept.text.strip() else None
        return Rules(kept.read_at + seconds, directives)

    async def _read(self, origin: str) -> Kept:
        """What stands there now.

        Raises:
            SourceError: nobody knows what it would say, so nothing of this origin may be read for a while.
        """
        seconds = self._settings.timeout_seconds / 2
        try:
            async with asyncio.timeout(seconds) as timer:
                answer = await self._ask(f"{origin}/robots.txt", timer)
        except TimeoutError:
            raise SourceError(f"its robots.txt did not come within {seconds:g} s") from None
        if answer.status in RETRIED_STATUSES:
            raise SourceError(f"its robots.txt {status_reason(answer.status)}")
        text = answer.body[:MAX_BYTES].decode("utf-8-sig", "replace") if answer.status in SUCCESS else ""
        return Kept(text=text, read_at=self._clock())
