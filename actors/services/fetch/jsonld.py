"""What a page tells machines about itself in JSON-LD (schema.org), as plain strings."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

MAX_NODES = 2_000
ARTICLE_KINDS = ("article", "posting", "report", "webpage", "recipe", "review", "video", "book", "newsitem")


@dataclass(frozen=True, slots=True)
class Described:
    """The fields of the node that describes the page; empty where it is silent. `persons` are authors of flesh."""

    headline: str = ""
    authors: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    published: str = ""
    publisher: str = ""


def describe(scripts: list[str]) -> Described:
    """The best description in the contents of a page's `application/ld+json` scripts."""
    nodes = [node for script in scripts for node in _nodes(_load(script))]
    names = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and node.get("name")}
    ranked = sorted((node for node in nodes if _rank(node) is not None), key=lambda node: _rank(node) or 0)
    return Described(
        headline=next(filter(None, (_text(node.get("headline") or node.get("name")) for node in ranked)), ""),
        authors=next(filter(None, (tuple(_names(node.get("author"), names)) for node in ranked)), ()),
        persons=next(filter(None, (tuple(_names(_persons(node), names)) for node in ranked)), ()),
        published=next(filter(None, (_text(node.get("datePublished")) for node in ranked)), ""),
        publisher=next(filter(None, (" ".join(_names(node.get("publisher"), names)) for node in ranked)), ""),
    )


def _load(script: str) -> Any:  # noqa: ANN401 (any JSON)
    text = script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (any JSON)
    waiting = [value]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting[:0] = item
        elif isinstance(item, dict):
            yield item
            waiting += [item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart") if key in item]


def _rank(node: dict[str, Any]) -> int | None:
    """Articles before pages; None for what describes something else."""
    kinds = node.get("@type")
    named = " ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
    return next((place for place, kind in enumerate(ARTICLE_KINDS) if kind in named.lower()), None)


def _persons(node: dict[str, Any]) -> list[Any]:
    authors = node.get("author")
    authors = authors if isinstance(authors, list) else [authors]
    return [author for author in authors if not (isinstance(author, dict) and author.get("@type") == "Organization")]


def _names(value: Any, known: dict[str, dict[str, Any]]) -> Iterator[str]:  # noqa: ANN401 (any JSON)
    for item in value if isinstance(value, list) else [value]:
        node = known.get(item.get("@id", ""), item) if isinstance(item, dict) and "name" not in item else item
        name = node.get("name") if isinstance(node, dict) else node
        for part in name if isinstance(name, list) else [name]:
            if text := _text(part):
                yield text


def _text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    if isinstance(value, list):
        value = value[0] if value else None
    return unescape(value).strip() if isinstance(value, str) else ""
