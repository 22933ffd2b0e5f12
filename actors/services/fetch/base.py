"""What a fetcher promises: the bytes behind an address, the word that they have not changed, or the reason why not."""

from dataclasses import dataclass
from typing import Protocol

from actors.domain.job import Record


class Version(Record):
    """How to ask whether `url` still holds what it held: by its entity tag or its date, as the server gave them.

    Source: RFC 9110 13.1.
    """

    url: str
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A document as it came: `url` after redirects, `content_type` without parameters (empty if not told).

    `charset` is what the transport named, `fetched_at` an ISO 8601 time in UTC, `version` what tells it from a later
    one, where the server says so.
    """

    url: str
    body: bytes
    content_type: str
    charset: str | None
    fetched_at: str
    version: Version | None = None


class Fetcher(Protocol):
    """Reads addresses of one or more schemes."""

    async def fetch(self, url: str, known: Version | None = None) -> Page | None:
        """The document at `url`; None when it is the `known` version still.

        Raises:
            SourceError: it cannot be read; the message is the reason shown in the report.
        """
        ...
