"""Who wrote a text and when, from the lines at its head: `By Mary Jones`, `3 May 2021`, `Date: 2021-05-03`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actors.services.fetch.byline import clean_authors, is_byline
from actors.services.fetch.dates import iso_date, worded_date

HEAD_LINES = 6
LINE_CHARACTERS = 120
DATELINE_WORDS = 6

_FIELD = re.compile(r"^(title|authors?|by|date|published|site|source|language|lang)\s*:\s*(.+)$", re.IGNORECASE)
_ISO_AT_END = re.compile(r"(?:^|[,|·(]\s*)(\d{4}-\d{2}-\d{2})\)?$")


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the head of a text tells; `fields` are its `Name: value` lines by lower-case name."""

    author: str | None
    published: str | None
    fields: Mapping[str, str]


def read_masthead(lines: Sequence[str], given: Mapping[str, str] | None = None) -> Masthead:
    """The masthead in `lines`, tidied and without the title; `given` fields win over what stands there."""
    head = [line for line in lines[:HEAD_LINES] if len(line) <= LINE_CHARACTERS]
    fields = {**read_fields(head), **(given or {})}
    byline = next(filter(is_byline, head), "")
    dates = (
        *(iso_date(fields.get(name, "")) for name in ("date", "published")),
        *(worded_date(line) for line in head if not _is_sentence(line)),
        *(iso_date(match[1]) for match in map(_ISO_AT_END.search, head) if match),
    )
    author = clean_authors([fields.get("author") or fields.get("authors") or fields.get("by") or byline])
    return Masthead(author, next(filter(None, dates), None), fields)


def _is_sentence(line: str) -> bool:
    return line.endswith((".", "!", "?")) and len(line.split()) > DATELINE_WORDS


def read_fields(lines: Sequence[str]) -> dict[str, str]:
    """The `Name: value` lines whose names say something of a text."""
    matches = filter(None, map(_FIELD.match, lines))
    return {match[1].lower(): match[2].strip("\"'[] ") for match in matches}
