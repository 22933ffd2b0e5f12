"""The pages and what is known of each, as the folder tells it: nothing here knows how they are read or scored."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LABEL = re.compile(r"^\([^)]*\)\s*")
_NO_LINK = frozenset({"", "pred"})


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """One thing a page tells of: its type, whether an encyclopaedia knows it, and its mentions as written."""

    type: str
    linked: bool
    mentions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldPage:
    """One page: its bytes, and what is known of it; None or empty where nothing is.

    `dates` are ISO 8601 dates, years or months; an approximate one ends in "..", one without a year begins with "--".
    """

    url: str
    body: bytes
    text: str
    title: str
    language: str
    genre: str | None
    author: str | None
    published: str | None
    dates: tuple[str, ...] | None
    entities: tuple[GoldEntity, ...]
    summaries: tuple[str, ...]


def load(folder: Path) -> list[GoldPage]:
    """The pages of `folder`, in the order of its gold.jsonl.

    Raises:
        OSError: a file is missing.
        KeyError: a row lacks `file`, `url` or `text`.
    """
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        return [_page(folder, json.loads(line)) for line in lines if line.strip()]


def _page(folder: Path, row: Mapping[str, Any]) -> GoldPage:
    return GoldPage(
        url=row["url"],
        body=(folder / "pages" / row["file"]).read_bytes(),
        text=row["text"],
        title=row.get("title") or "",
        language=row.get("language") or "en",
        genre=row.get("genre"),
        author=row.get("author"),
        published=row.get("date"),
        dates=tuple(date for date, _ in row["dates"]) if "dates" in row else None,
        entities=tuple(_entity(entity) for entity in row.get("entities", ())),
        summaries=tuple(_LABEL.sub("", summary) for summary in row.get("summaries", ())),
    )


def _entity(row: Mapping[str, Any]) -> GoldEntity:
    return GoldEntity(row["type"], (row["link"] or "") not in _NO_LINK, tuple(row["mentions"]))
