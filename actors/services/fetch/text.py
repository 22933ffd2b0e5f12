"""Markdown and plain text as paragraphs, with the title, author and date that stand at their head."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from actors.domain.documents import Extracted
from actors.services.fetch.base import Page
from actors.services.fetch.charset import decode
from actors.services.fetch.masthead import HEAD_LINES, read_fields, read_masthead
from actors.services.fetch.reflow import paragraphs
from actors.services.fetch.tidy import tidy_line, tidy_text

if TYPE_CHECKING:
    from markdown_it.token import Token

LONG_SHARE = 0.25
LONG_LINE_CHARACTERS = 120
TITLE_MAX_CHARACTERS = 200

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_BREAK = re.compile(r"\r\n?")
_UNDERLINE = re.compile(r"^\s*[=~_*#-]{3,}\s*$")
_COMMENT_OR_TAG = re.compile(r"<!--[^<>]{0,2000}-->|</?[A-Za-z][^<>]{0,500}>")


def read_markdown(page: Page) -> Extracted:
    """The text of a Markdown document; a front matter's fields win over what stands in the text."""
    source = decode(page.body, page.charset).replace("\r\n", "\n").removeprefix("\ufeff")
    matter = _FRONT_MATTER.match(source)
    fields = read_fields([tidy_line(line) for line in matter[1].split("\n")]) if matter else {}
    lines, title = _markdown_lines(source[matter.end() :] if matter else source)
    return _extracted(lines, title, fields)


def read_plain(page: Page) -> Extracted:
    """The text of a plain document; its first line is its title."""
    source = _BREAK.sub("\n", decode(page.body, page.charset)).replace("\f", "\n\n")
    lines = paragraphs(_unwrapped([_UNDERLINE.sub("", line) for line in source.split("\n")]))
    title = lines[0] if lines and len(lines[0]) <= TITLE_MAX_CHARACTERS else ""
    return _extracted(lines, title, {})


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """`lines`, with one paragraph a line kept so: a text whose lines are long was not wrapped."""
    long = sum(len(line) > LONG_LINE_CHARACTERS for line in lines)
    if long < LONG_SHARE * sum(1 for line in lines if line.strip()):
        return list(lines)
    return [part for line in lines for part in (line, "")]


def _markdown_lines(source: str) -> tuple[list[str], str]:
    from markdown_it import MarkdownIt

    lines: list[str] = []
    title = ""
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    for position, token in enumerate(tokens):
        if token.type == "inline":
            opening = tokens[position - 1].type
            line = tidy_line("".join(_plain(token.children or [])))
            title = title or (line if opening == "heading_open" else "")
            if opening in ("td_open", "th_open") and tokens[position - 2].type in ("td_close", "th_close"):
                lines[-1] += f" | {line}"
            else:
                lines.append(line)
        elif token.type in ("fence", "code_block"):
            lines += token.content.split("\n")
        elif token.type == "html_block":
            lines += _COMMENT_OR_TAG.sub("", token.content).split("\n")
    return [line for line in lines if line.strip()], title


def _plain(tokens: Sequence["Token"]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield " "


def _extracted(lines: Sequence[str], title: str, given: Mapping[str, str]) -> Extracted:
    text = tidy_text("\n".join(lines))
    opening = text.split("\n", HEAD_LINES + 1)
    masthead = read_masthead([line for line in opening if line != title], given)
    fields = masthead.fields
    return Extracted(
        text=text,
        title=tidy_line(fields.get("title") or title or opening[0][:TITLE_MAX_CHARACTERS]),
        author=masthead.author,
        site=tidy_line(fields.get("site", "")) or None,
        published=masthead.published,
        language=_language(fields.get("language") or fields.get("lang") or ""),
    )


def _language(name: str) -> str | None:
    code = name[:2].lower()
    return code if re.fullmatch(r"[A-Za-z]{2}(?:[-_]\w+)?", name) else None
