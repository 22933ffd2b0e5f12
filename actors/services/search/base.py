"""What a search provider promises: a list of hits, best first, or an error that says what to do about it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pydantic import Field

from actors.domain.documents import Hit, Kind
from actors.domain.job import Record


class SearchQuery(Record):
    """What is searched for. Domains stand for their subdomains too; `language` is an ISO 639-1 code.

    A provider honours what it can; the search stage drops what it should not have found.
    """

    text: str
    limit: int = Field(ge=1)
    kind: Kind = Kind.WEB
    include_domains: tuple[str, ...] = ()
    exclude_domains: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    language: str | None = None


@dataclass(slots=True)
class Receipt:
    """What a search has taken, written while it goes on, so that it is true after an error too.

    `requests` were answered, or nobody knows; those that were refused, and answers out of a cache, are none of them.
    `problems` say what is missing in an answer that could be used all the same.
    """

    requests: int = 0
    problems: list[str] = field(default_factory=list)


class SearchProvider(Protocol):
    """One place to search."""

    @property
    def name(self) -> str:
        """The provider's name in requests and reports."""
        ...

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it can search for."""
        ...

    @property
    def usd_per_query(self) -> float:
        """US dollars for one request to it, as the operator has set them."""
        ...

    def requests(self, query: SearchQuery) -> int:
        """How many requests one such search takes at most."""
        ...

    async def search(self, query: SearchQuery, receipt: Receipt | None = None) -> list[Hit]:
        """At most `query.limit` hits, best first; an empty list where nothing matches.

        Raises:
            TransientError: the provider cannot answer now.
            PermanentError: it never will with these settings.
        """
        ...
