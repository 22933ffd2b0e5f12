"""DuckDuckGo by the library `ddgs`, which reads its pages: no key, and no promise that it will answer.

The library does not tell a refusal from a question without results, so both are an error here. Days restrict the web
alone; other kinds take the shortest of its spans that reaches far enough back, news none longer than a month.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from actors.config import EngineConfig
from actors.domain.documents import Kind
from actors.domain.errors import ResearchError, TransientError
from actors.services.search.api import Outcome, Source, add, hit
from actors.services.search.base import Receipt, SearchQuery
from actors.services.search.opening import Connect
from actors.services.search.reading import Found, found, mapping
from actors.services.search.terms import SPANS, span, today, worded

PAGES_MOST = 10
REQUEST_SECONDS = 5
"""The longest that a request may go on in its thread when nobody waits for it any more."""

CALLS = {Kind.WEB: "text", Kind.NEWS: "news", Kind.IMAGES: "images", Kind.VIDEOS: "videos"}
ADDRESSES = {
    Kind.WEB: ("href", None, None),
    Kind.NEWS: ("url", "date", None),
    Kind.IMAGES: ("url", None, "image"),
    Kind.VIDEOS: ("content", "published", "embed_url"),
}
"""Where each kind has its page, its day, and its file."""

REGIONS = {
    "ar": "xa-ar", "bg": "bg-bg", "ca": "ct-ca", "cs": "cz-cs", "da": "dk-da", "de": "de-de", "el": "gr-el",
    "en": "us-en", "es": "es-es", "et": "ee-et", "fi": "fi-fi", "fr": "fr-fr", "he": "il-he", "hr": "hr-hr",
    "hu": "hu-hu", "id": "id-id", "it": "it-it", "ja": "jp-jp", "ko": "kr-kr", "lt": "lt-lt", "lv": "lv-lv",
    "nl": "nl-nl", "no": "no-no", "pl": "pl-pl", "pt": "br-pt", "ro": "ro-ro", "ru": "ru-ru", "sk": "sk-sk",
    "sl": "sl-sl", "sv": "se-sv", "th": "th-th", "tr": "tr-tr", "uk": "ua-uk", "vi": "vn-vi", "zh": "cn-zh",
}  # fmt: skip
EVERYWHERE = "wt-wt"

Ask = Callable[[str, str, Mapping[str, Any]], Sequence[object]]
"""Calls the library: by the name of its method, with the question and its options. It may block."""


@dataclass(frozen=True, slots=True)
class DuckDuckGo:
    """See `api.Source`."""

    ask: Ask
    name: str = "duckduckgo"
    kinds: frozenset[Kind] = frozenset(Kind)
    usd_per_query: float = 0.0
    identity: str = "ddgs"

    def requests(self, query: SearchQuery) -> int:  # noqa: ARG002 (the port's signature)
        """See `api.Source`."""
        return PAGES_MOST

    async def find(self, query: SearchQuery, *, ends: float, receipt: Receipt) -> Outcome:
        """See `api.Source`."""
        results: dict[str, Found] = {}
        failure: ResearchError | None = None
        try:
            async with asyncio.timeout_at(ends):
                await self._collect(query, results, receipt)
        except TimeoutError:
            failure = TransientError("did not answer in time")
        except TransientError as error:
            failure = error
        listed = list(results.values())[: query.limit]
        return Outcome([hit(result, query, self.name, rank) for rank, result in enumerate(listed, 1)], failure)

    async def _collect(self, query: SearchQuery, results: dict[str, Found], receipt: Receipt) -> None:
        text = worded(query, words=60, characters=490)
        for page in range(1, PAGES_MOST + 1):
            known = len(results)
            receipt.requests += 1
            listed = await asyncio.to_thread(self.ask, CALLS[query.kind], text, _options(query, page))
            if not listed and known:
                return
            if not listed:
                raise TransientError("found nothing, or turned us away: it does not tell which")
            add(results, [_read(item, query.kind) for item in listed])
            if len(results) == known or len(results) >= query.limit:
                return


def _options(query: SearchQuery, page: int) -> dict[str, Any]:
    options: dict[str, Any] = {"region": REGIONS.get(query.language or "", EVERYWHERE), "page": page}
    if query.kind is Kind.WEB and (query.since or query.until):
        options["timelimit"] = f"{query.since or '1970-01-01'}..{query.until or today()}"
    elif (reach := span(query.since, today())) and (query.kind is not Kind.NEWS or SPANS[reach] <= SPANS["month"]):
        options["timelimit"] = reach[0]
    return options


def _read(item: object, kind: Kind) -> Found | None:
    page, day, media = ADDRESSES[kind]
    values = mapping(item)
    published = values.get(day) if day else None
    return found(values.get(page), values.get("title"), published=published, media_url=values.get(media or ""))


def ask_library(
    method: str, text: str, options: Mapping[str, Any], *, proxy: str = "", ca_bundle: str = ""
) -> Sequence[object]:
    """What `ddgs` answers; nothing where it says that it found nothing.

    Raises:
        TransientError: it did not get an answer.
    """
    from ddgs import DDGS
    from ddgs.exceptions import DDGSException, TimeoutException

    library = DDGS(proxy=proxy or None, timeout=REQUEST_SECONDS, verify=ca_bundle or True)
    try:
        return list(getattr(library, method)(text, backend="duckduckgo", max_results=None, **options))
    except TimeoutException:
        raise TransientError("did not answer in time") from None
    except DDGSException as error:
        if "no results" in str(error).lower():
            return []
        raise TransientError("could not be asked: no answer, or none that the library can read") from None


def source(config: EngineConfig, connect: Connect) -> Source:  # noqa: ARG001 (the library connects itself)
    """Ready to be asked."""
    fetch = config.fetch
    return DuckDuckGo(partial(ask_library, proxy=fetch.proxy, ca_bundle=str(fetch.ca_bundle or "")))
