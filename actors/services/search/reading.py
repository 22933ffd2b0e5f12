"""What a provider's JSON says, cleaned: whatever it holds instead of what is documented ends here."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

from yarl import URL

from actors.domain.errors import TransientError

TITLE_CHARACTERS = 500
URL_CHARACTERS = 4_000
TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?![\d-])")


@dataclass(frozen=True, slots=True)
class Found:
    """One result as a provider tells of it, cleaned."""

    url: str
    title: str = ""
    published: str | None = None
    media_url: str | None = None


def found(url: object, title: object = "", *, published: object = None, media_url: object = None) -> Found | None:
    """A result from raw values; None when it has no address that can be opened."""
    page = address(url)
    if page is None:
        return None
    return Found(page, plain(title), iso_date(published), address(media_url))


def mapping(value: object) -> Mapping[str, Any]:
    """The object itself; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def within(data: object, *path: str) -> Any:  # noqa: ANN401 (JSON may hold anything)
    """What lies at `path` below nested objects; None where it leads nowhere."""
    for step in path:
        data = mapping(data).get(step)
    return data


def first(data: object, *path: str) -> Mapping[str, Any]:
    """The first object of the list at `path`; an empty one where there is none."""
    value = within(data, *path)
    return mapping(value[0]) if isinstance(value, list) and value else {}


def objects(data: object, *path: str) -> list[Mapping[str, Any]]:
    """The objects of the list at `path`; none where there is nothing.

    Raises:
        TransientError: something else lies there.
    """
    value = within(data, *path)
    if value is None:
        return []
    listed = [mapping(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    if not listed and value != []:
        raise TransientError(f"answered in a form that it does not document ({'.'.join(path)} is no list of results)")
    return listed


def plain(value: object) -> str:
    """A title in one line, without tags and entities."""
    if not isinstance(value, str):
        return ""
    text = html.unescape(TAG.sub("", value[: 4 * TITLE_CHARACTERS]))
    text = "".join(c if c.isprintable() else " " for c in TAG.sub("", text))
    return " ".join(text.split())[:TITLE_CHARACTERS].rstrip()


def address(value: object) -> str | None:
    """An http or https address with a host, as it stands; None for anything else."""
    if not isinstance(value, str) or len(value) > URL_CHARACTERS:
        return None
    text = value.strip()
    web = text[:8].lower().startswith(("http://", "https://"))
    return text if web and text.isprintable() and " " not in text and host_of(text) else None


def host_of(url: str) -> str:
    """The host in lower case; empty where there is none."""
    try:
        return (URL(url).host or "").lower()
    except ValueError:
        return ""


def iso_date(value: object) -> str | None:
    """The day (or month) of an ISO 8601 or RFC 2822 time; None for anything else, and for days that never were."""
    if not isinstance(value, str):
        return None
    text = value.strip()[:60]
    try:
        if match := ISO.match(text):
            year, month, day = match.groups()
            date(int(year), int(month), int(day or 1))
            return match.group()
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, OverflowError):
        return None
