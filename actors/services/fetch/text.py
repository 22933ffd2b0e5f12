"""Markdown and plain text as paragraphs, with the title, author and date that stand at their head."""

import re
from collections.abc import Iterator, Sequence

from actors.domain.documents import Extracted
from actors.services.fetch.base import Page
from actors.services.fetch.byline import clean_authors, is_byline
from actors.services.fetch.charset import decode
from actors.services.fetch.dates import iso_date, worded_date
from actors.services.fetch.reflow import paragraphs
from actors.services.fetch.tidy import tidy_line, tidy_text

HEAD_LINES = 6
LONG_SHARE = 0.25
DATELINE_CHARACTERS = 120
TITLE_MAX_CHARACTERS = 200

_FIELD = re.compile(r"^(title|author|authors|by|date|published|site|source|language|lang)\s*:\s*(.+)$", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_UNDERLINE = re.compile(r"^[=~_*#-]{3,}$")
_COMMENT_OR_TAG = re.compile(r"<!--[^<>]{0,2000}-->|</?[A-Za-z][^<>]{0,500}>")


def read_markdown(page: Page) -> Extracted:
    """The text of a Markdown document; a front matter's fields win over what stands in the text."""
    source = decode(page.body, page.charset).replace("\r\n", "\n").removeprefix("\ufeff")
    matter = _FRONT_MATTER.match(source)
    fields = _fields(matter[1].split("\n")) if matter else {}
    lines, title = _markdown_lines(source[matter.end() :] if matter else source)
    return _extracted(lines, title, fields)


def read_plain(page: Page) -> Extracted:
    """The text of a plain document; its first line is its title."""
    source = tidy_breaks(decode(page.body, page.charset))
    lines = [line for line in paragraphs(_unwrapped(source.split("\n"))) if not _UNDERLINE.match(line)]
    title = lines[0] if lines and len(lines[0]) <= TITLE_MAX_CHARACTERS else ""
    return _extracted(lines, title, {})


def tidy_breaks(text: str) -> str:
    """One kind of line end; a form feed ends a paragraph."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """`lines`, with one paragraph a line kept so: a text whose lines are long was not wrapped."""
    long = sum(len(line) > DATELINE_CHARACTERS for line in lines)
    return (
        [part for line in lines for part in (line, "")]
        if long * 4 > sum(1 for line in lines if line.strip())
        else list(lines)
    )


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


def _plain(tokens: Sequence) -> Iterator[str]:  # type: ignore[type-arg]
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield " "


def _extracted(lines: list[str], title: str, fields: dict[str, str]) -> Extracted:
    head = [line for line in lines[: HEAD_LINES + 1] if line != title][:HEAD_LINES]
    fields = {**_fields(head), **fields}
    byline = next(filter(is_byline, head), "")
    dateline = next((line for line in head if len(line) <= DATELINE_CHARACTERS and worded_date(line)), "")
    date = next(filter(None, (iso_date(fields.get(name, "")) for name in ("date", "published"))), None)
    text = tidy_text("\n".join(lines))
    return Extracted(
        text=text,
        title=tidy_line(fields.get("title") or title or text.split("\n", 1)[0][:TITLE_MAX_CHARACTERS]),
        author=clean_authors([fields.get("author") or fields.get("authors") or fields.get("by") or byline]),
        site=tidy_line(fields.get("site", "")) or None,
        published=date or worded_date(dateline) or _only_date(head),
        language=_language(fields.get("language") or fields.get("lang") or ""),
    )


def _only_date(lines: Sequence[str]) -> str | None:
    """An ISO date that is a line of its own, or ends a byline."""
    for line in lines:
        if len(line) <= DATELINE_CHARACTERS and (match := re.search(r"(?:^|[,|·(]\s*)(\d{4}-\d{2}-\d{2})\)?$", line)):
            return iso_date(match[1])
    return None


def _fields(lines: Sequence[str]) -> dict[str, str]:
    matches = filter(None, map(_FIELD.match, map(tidy_line, lines)))
    return {match[1].lower(): match[2].strip("\"'[]") for match in matches}


def _language(name: str) -> str | None:
    code = name[:2].lower()
    return code if re.fullmatch(r"[A-Za-z]{2}(?:[-_]\w+)?", name) else None
