"""A search by way of somebody's API: page after page until there are enough results, or no more, or no more time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from actors.domain.documents import Hit, Kind
from actors.domain.errors import PermanentError, ResearchError, TransientError
from actors.services.search.base import Receipt, SearchQuery
from actors.services.search.client import JsonClient, Request
from actors.services.search.reading import Found
from actors.services.search.refusals import Reply


@dataclass(frozen=True, slots=True)
class Paging:
    """The most results that one request brings, and the most requests that one search may take."""

    size: int
    most: int


@dataclass(frozen=True, slots=True)
class Page:
    """Results in their order, None for each that cannot be used; `more` tells whether others may follow.

    `doubt` says why there may be results though none is listed here (empty: there are none).
    """

    results: Sequence[Found | None]
    more: bool = True
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search has found, and the error that ended it early (None: it is complete).

    `answered` tells that the provider is well in spite of the error.
    """

    hits: list[Hit]
    failure: ResearchError | None = None
    answered: bool = False


class Source(Protocol):
    """A place to search, as the guard sees it."""

    @property
    def name(self) -> str:
        """See `base.SearchProvider`."""
        ...

    @property
    def kinds(self) -> frozenset[Kind]:
        """See `base.SearchProvider`."""
        ...

    @property
    def usd_per_query(self) -> float:
        """See `base.SearchProvider`."""
        ...

    @property
    def identity(self) -> str:
        """What tells its answers from those of the same provider at another address; no secret."""
        ...

    def requests(self, query: SearchQuery) -> int:
        """How many paid requests a search takes at most."""
        ...

    async def find(self, query: SearchQuery, *, ends: float, receipt: Receipt) -> Outcome:
        """What there is, before `ends` (the loop's time); errors come in the outcome."""
        ...


class Api(Protocol):
    """What is special about a provider: how it is asked, and what its answers mean. No input or output of its own."""

    @property
    def name(self) -> str:
        """See `base.SearchProvider`."""
        ...

    @property
    def kinds(self) -> frozenset[Kind]:
        """See `base.SearchProvider`."""
        ...

    @property
    def usd_per_query(self) -> float:
        """See `base.SearchProvider`."""
        ...

    @property
    def base_url(self) -> str:
        """Where it answers."""
        ...

    def paging(self, kind: Kind) -> Paging:
        """Its limits."""
        ...

    def forms(self, query: SearchQuery) -> Sequence[SearchQuery]:
        """What to ask, one after the other, until there is a result; empty where there can be none."""
        ...

    def request(self, query: SearchQuery, page: int) -> Request:
        """How to ask for a page, counted from 0."""
        ...

    def refusal(self, reply: Reply) -> ResearchError | None:
        """Why a reply is no answer; None when it is one."""
        ...

    def read(self, query: SearchQuery, data: Mapping[str, Any]) -> Page:
        """The results in an answer.

        Raises:
            TransientError: it holds none that it documents.
        """
        ...


@dataclass(frozen=True, slots=True)
class ApiSearch:
    """A `Source` out of an `Api` and the client that reaches it."""

    api: Api
    client: JsonClient

    @property
    def name(self) -> str:
        """See `Source`."""
        return self.api.name

    @property
    def kinds(self) -> frozenset[Kind]:
        """See `Source`."""
        return self.api.kinds

    @property
    def usd_per_query(self) -> float:
        """See `Source`."""
        return self.api.usd_per_query

    @property
    def identity(self) -> str:
        """See `Source`."""
        return self.api.base_url

    def requests(self, query: SearchQuery) -> int:
        """See `Source`."""
        return max(1, len(self.api.forms(query)) * _pages(self.api, query))

    async def find(self, query: SearchQuery, *, ends: float, receipt: Receipt) -> Outcome:
        """See `Source`."""
        results: dict[str, Found] = {}
        failure: ResearchError | None = None
        try:
            async with asyncio.timeout_at(ends):
                if doubt := await self._ask_forms(query, results, ends, receipt):
                    return Outcome([], TransientError(doubt), answered=True)
        except TimeoutError:
            failure = TransientError("did not answer in time")
        except (TransientError, PermanentError) as error:
            failure = error
        listed = list(results.values())[: query.limit]
        return Outcome([hit(result, query, self.name, rank) for rank, result in enumerate(listed, 1)], failure)

    async def _ask_forms(self, query: SearchQuery, results: dict[str, Found], ends: float, receipt: Receipt) -> str:
        """One form after the other; answers why finding nothing is in doubt."""
        doubt = ""
        for form in self.api.forms(query):
            doubt = await self._collect(form, results, ends, receipt)
            if results:
                return ""
        return doubt

    async def _collect(self, query: SearchQuery, results: dict[str, Found], ends: float, receipt: Receipt) -> str:
        """Page after page; answers the last one's doubt."""
        page = Page([])
        for number in range(_pages(self.api, query)):
            asked = self.api.request(query, number)
            data = await self.client.ask(asked, self.api.refusal, ends=ends, receipt=receipt)
            page = self.api.read(query, data)
            known = len(results)
            add(results, page.results)
            if not page.more or len(results) == known or len(results) >= query.limit:
                break
        return page.doubt


def add(results: dict[str, Found], listed: Sequence[Found | None]) -> None:
    """Take in the results that are new.

    Raises:
        TransientError: there are results, but none that can be used.
    """
    usable = [result for result in listed if result]
    if listed and not usable:
        raise TransientError("answered in a form that it does not document (results without an address)")
    for result in usable:
        results.setdefault(result.media_url or result.url, result)


def hit(result: Found, query: SearchQuery, provider: str, rank: int) -> Hit:
    """The result as the port promises it."""
    return Hit(
        url=result.url,
        title=result.title,
        published=result.published,
        provider=provider,
        rank=rank,
        kind=query.kind,
        media_url=result.media_url,
    )


def _pages(api: Api, query: SearchQuery) -> int:
    paging = api.paging(query.kind)
    return min(paging.most, -(-query.limit // paging.size))
