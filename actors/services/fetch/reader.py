"""From an address to its main text, once: what was read a short time ago is not fetched and parsed again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from actors.domain.documents import Extracted
from actors.domain.errors import SourceError
from actors.services.base import Pool, Reading
from actors.services.fetch.base import Fetcher, Page
from actors.services.fetch.extract import extract
from actors.services.fetch.judge import refusal
from actors.store.ports import Cache

NAMESPACE = "pages"


@dataclass(frozen=True, slots=True)
class CachingReader:
    """Fetches by the address's scheme, parses in the process pool, and keeps the outcome for `keep_seconds`.

    A text longer than `max_characters` is cut there, at the end of a paragraph.
    """

    fetchers: Mapping[str, Fetcher]
    pool: Pool
    cache: Cache
    max_characters: int
    keep_seconds: Mapping[str, float]

    async def read(self, url: str) -> Reading:
        """See `services.base.Reader`."""
        scheme = url.partition(":")[0].lower()
        if scheme not in self.fetchers:
            known = ", ".join(sorted(self.fetchers))
            raise SourceError(f"addresses of this kind are not read (only {known})")
        if kept := await self.cache.get(NAMESPACE, url):
            return Reading.model_validate_json(kept)
        page = await self.fetchers[scheme].fetch(url)
        extracted, left_out = await self._parse(page)
        reading = Reading(url=page.url, fetched_at=page.fetched_at, extracted=extracted, left_out=left_out)
        value = reading.model_dump_json().encode()
        await self.cache.set(NAMESPACE, url, value, ttl_seconds=self.keep_seconds[scheme])
        return reading

    async def _parse(self, page: Page) -> tuple[Extracted, int]:
        """What `digest` makes of the page; whatever a parser dies of, only this source is lost."""
        (outcome,) = await asyncio.gather(self.pool.run(digest, page, self.max_characters), return_exceptions=True)
        match outcome:
            case SourceError():
                raise outcome
            case TimeoutError():
                raise SourceError("took too long to parse")
            case Exception():
                raise SourceError(f"its parser failed ({type(outcome).__name__})") from outcome
            case BaseException():
                raise outcome
            case _:
                return outcome


def digest(page: Page, max_characters: int) -> tuple[Extracted, int]:
    """The page's main text, if it can serve as a source, and how many characters were cut off; runs in the pool.

    Raises:
        SourceError: it cannot.
    """
    extracted = extract(page)
    if reason := refusal(extracted, page):
        raise SourceError(reason)
    if len(extracted.text) <= max_characters:
        return extracted, 0
    paragraph = extracted.text.rfind("\n", max_characters // 2, max_characters)
    end = paragraph if paragraph > 0 else max_characters
    return extracted.model_copy(update={"text": extracted.text[:end]}), len(extracted.text) - end
