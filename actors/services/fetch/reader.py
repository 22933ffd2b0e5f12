"""From an address to its main text, once: what is still the same is neither fetched nor parsed again."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from actors.domain.errors import SourceError, StoreUnavailableError
from actors.services.base import Pool, Reading
from actors.services.fetch.base import Fetcher, Page
from actors.services.fetch.digest import Digest, Known, Outcome, digest, unpacked
from actors.services.fetch.extract import EXTRACTION_VERSION
from actors.store.caching import Caching
from actors.store.ports import Cache

PAGES = "pages"
"""What was read within its keep time."""

VERSIONS = "page-versions"
"""The same for longer, with what the server is asked by whether it is still so."""

VERSION_SECONDS = 604_800.0


@dataclass(frozen=True, slots=True)
class CachingReader:
    """Fetches by the address's scheme, parses in the process pool, and keeps the outcome for `keep_seconds`.

    After that time the server is asked whether the page has changed, and only a changed one is parsed. What several
    jobs want at the same time is fetched and parsed for all of them, in whatever process they run. A text longer than
    `max_characters` is cut there, at the end of a paragraph. `clock` gives Unix seconds.
    """

    fetchers: Mapping[str, Fetcher]
    pool: Pool
    cache: Cache
    max_characters: int
    keep_seconds: Mapping[str, float]
    clock: Callable[[], float] = time.time
    _caching: Caching = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_caching", Caching(self.cache))

    async def read(self, url: str) -> Reading:
        """See `services.base.Reader`."""
        scheme = url.partition(":")[0].strip().lower()
        if scheme not in self.fetchers:
            known = ", ".join(sorted(self.fetchers))
            raise SourceError(f"addresses of this kind are not read (only {known})")
        key = f"{EXTRACTION_VERSION} {self.max_characters} {url.partition('#')[0].strip()}"
        visit = partial(self._visit, self.fetchers[scheme], url, key)
        outcome = await self._caching.get(PAGES, key, visit, Outcome, ttl_seconds=self.keep_seconds[scheme])
        if outcome.reading is None:
            raise SourceError(outcome.reason)
        return outcome.reading

    async def _visit(self, fetcher: Fetcher, url: str, key: str) -> Outcome:
        packed, known = await self._known(key)
        page = await fetcher.fetch(url, known.version if known else None)
        if page is not None:
            packed, outcome = await self._parse(page)
        elif known is not None:
            outcome = known.outcome.as_of(datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds"))
        else:
            raise SourceError("was called unchanged, but is not known")
        if packed:
            with suppress(StoreUnavailableError):
                await self.cache.set(VERSIONS, key, packed, ttl_seconds=VERSION_SECONDS)
        return outcome

    async def _known(self, key: str) -> tuple[bytes, Known | None]:
        """The version that was read last, as it is kept and as it is meant."""
        with suppress(StoreUnavailableError):
            if packed := await self.cache.get(VERSIONS, key):
                return packed, unpacked(packed)
        return b"", None

    async def _parse(self, page: Page) -> Digest:
        """What `digest` makes of the page; whatever a parser dies of, only this source is lost."""
        (outcome,) = await asyncio.gather(self.pool.run(digest, page, self.max_characters), return_exceptions=True)
        match outcome:
            case TimeoutError():
                raise SourceError("took too long to parse")
            case Exception():
                raise SourceError(f"its parser failed ({type(outcome).__name__})") from outcome
            case BaseException():
                raise outcome
            case _:
                return outcome
