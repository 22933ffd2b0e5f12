"""What a fetcher promises: the bytes behind an address, or the reason why not."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Page:
    """A document as it came: `url` after redirects, `content_type` without parameters (empty if not told).

    `charset` is what the transport named, `fetched_at` an ISO 8601 time in UTC.
    """

    url: str
    body: bytes
    content_type: str
    charset: str | None
    fetched_at: str


class Fetcher(Protocol):
    """Reads addresses of one or more schemes."""

    async def fetch(self, url: str) -> Page:
        """The document at `url`.

        Raises:
            SourceError: it cannot be read; the message is the reason shown in the report.
        """
        ...
