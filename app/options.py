"""The options of `research`, and the request they make; what cannot be is told by the option's own name."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from actors.config import EngineConfig
from actors.domain.errors import ConfigError
from actors.domain.job import ResearchRequest
from app.fields import domain_advice

LONG = 80
"""How many characters of a wrong value are told back."""

NAMES = {
    "query": "the question",
    "providers": "--provider",
    "urls": "--url",
    "include_domains": "--include-domain",
    "exclude_domains": "--exclude-domain",
    "budget.usd": "--max-usd",
    "budget.tokens": "--max-tokens",
    "budget.pages": "--max-pages",
    "budget.seconds": "--max-seconds",
}
"""The fields of a request whose option is not called as they are."""


def add_request(command: argparse.ArgumentParser) -> None:
    """What to research, where, and for how much."""
    add = command.add_argument
    add("question", metavar="QUESTION", help="1 to 2,000 characters")
    add("--corpus", type=Path, metavar="DIR", help="a folder of HTML, PDF, Markdown and text to search, and no other")
    add("--url", action="append", default=[], metavar="URL", help="a page to read, and no other; may be repeated")
    add("--provider", action="append", default=[], metavar="NAME", help="a search provider to ask; may be repeated")
    add("--max-results", type=int, metavar="N", help="sources taken from search, 1 to 100")
    add("--depth", type=int, default=0, metavar="N", help="rounds of further search for what is open, 0 to 5")
    add("--news", action="store_true", help="search for news too")
    add("--images", action="store_true", help="list images that are found")
    add("--videos", action="store_true", help="list videos that are found")
    add("--include-domain", action="append", default=[], metavar="D", help="only pages of this site; may be repeated")
    add("--exclude-domain", action="append", default=[], metavar="D", help="no pages of this site; may be repeated")
    add("--since", type=_day, metavar="DAY", help="only what was published on this day or later: 2026-01-31")
    add("--until", type=_day, metavar="DAY", help="only what was published on this day or earlier")
    add("--language", metavar="CODE", help="only pages in this language: en, de, …")
    add("--earlier", action="store_true", help="use passages that earlier research has collected")
    add("--keep-unsupported", action="store_true", help="publish unsupported sentences too, marked")
    add("--max-usd", type=float, metavar="USD", help="the most to pay for the model, search and embeddings")
    add("--max-tokens", type=int, metavar="N", help="the most tokens of the model, in and out")
    add("--max-pages", type=int, metavar="N", help="the most pages to read")
    add("--max-seconds", type=float, metavar="S", help="the longest to work")


def request_of(arguments: argparse.Namespace, config: EngineConfig) -> ResearchRequest:
    """The request that the options make.

    Raises:
        ConfigError: an option says what no request may.
    """
    limit = config.search.max_results if arguments.max_results is None else arguments.max_results
    if arguments.since and arguments.until and arguments.since > arguments.until:
        raise ConfigError(f"--until: must not be before --since, {arguments.since} (given: {arguments.until})")
    fields: dict[str, Any] = {
        "query": arguments.question,
        "max_results": limit,
        "providers": (*(("corpus",) if arguments.corpus else ()), *arguments.provider),
        "urls": tuple(map(_checked_url, arguments.url)),
        "depth": arguments.depth,
        "include_news": arguments.news,
        "include_images": arguments.images,
        "include_videos": arguments.videos,
        "include_domains": arguments.include_domain,
        "exclude_domains": arguments.exclude_domain,
        "since": arguments.since,
        "until": arguments.until,
        "language": arguments.language,
        "include_earlier": arguments.earlier,
        "keep_unsupported": arguments.keep_unsupported,
        "budget": {name: getattr(arguments, f"max_{name}") for name in ("usd", "tokens", "pages", "seconds")},
    }
    try:
        return ResearchRequest(**fields)
    except ValidationError as error:
        raise ConfigError("; ".join(map(_complaint, error.errors()))) from None


def option_of(field: str) -> str:
    """The option that sets this field of a request."""
    return NAMES.get(field) or f"--{field.removeprefix('include_').replace('_', '-')}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day such as 2026-01-31 is needed (given: {text!r})") from None


def _checked_url(url: str) -> str:
    """The address, if it can be one of a page at all; what it leads to is the fetcher's to judge."""
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fit = False
    if not fit:
        raise ConfigError(f"--url: {url!r} is no address of a web page; http:// or https:// and a host are needed")
    return url


def _complaint(error: ErrorDetails) -> str:
    place, given = error["loc"], error["input"]
    if place == ("query",) and not str(given).strip():
        return "the question is empty: 1 to 2,000 characters are allowed"
    said = f"{error['msg'][:1].lower()}{error['msg'][1:]}"
    if place[0] in ("include_domains", "exclude_domains") and isinstance(given, str):
        said = f"has to be {domain_advice(given)}"
    if place[0] == "language":
        said = "has to be a code of ISO 639-1 such as en"
    field = ".".join(map(str, place)) if place[0] == "budget" else str(place[0])
    return f"{option_of(field)}: {said} (given: {_given(given)})"


def _given(value: object) -> str:
    if isinstance(value, str) and len(value) <= LONG:
        return repr(value)
    if isinstance(value, str | tuple | list):
        return f"{len(value):,} {'characters' if isinstance(value, str) else 'of them'}"
    return str(value)
