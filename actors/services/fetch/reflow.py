"""Lines that a page's width broke become paragraphs again, and words that it hyphenated whole."""

import re
from collections import Counter
from collections.abc import Sequence

RUNNING_LINES = 2
"""How many lines at the top and foot of a page can be running heads."""

LEAST_PAGES = 3
FULL_LINE = 0.7
"""A line shorter than this share of the widest usual one ends its paragraph, if it ends a sentence."""

_NUMBER = r"(?:\d{1,4}|[ivxl]{1,6})"
_PAGE_NUMBER = re.compile(
    rf"^(?:page|seite|p\.)?\s*[-–—|]?\s*{_NUMBER}\s*(?:(?:of|von|/)\s*\d{{1,4}})?\s*[-–—|]?$", re.IGNORECASE
)
_HYPHEN = re.compile(r"(?<=[a-zà-ÿ])[-\u00ad\u2010]$")
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_ITEM = re.compile(r"^(?:[•▪●◦‣*–-]\s|\(?\d{1,2}[.)]\s|\(?[a-z][.)]\s)")


def without_running_heads(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines of each page without page numbers and what stands at the head or foot of many pages."""
    edges = Counter(key for page in pages for key in {_head_key(line) for line in _edge(page)})
    repeated = {key for key, count in edges.items() if count >= max(LEAST_PAGES, len(pages) / 3)}
    return [_trimmed(list(page), repeated) for page in pages]


def _edge(page: Sequence[str]) -> list[str]:
    return [*page[:RUNNING_LINES], *page[-RUNNING_LINES:]]


def _head_key(line: str) -> str:
    return _DIGITS.sub("0", line).strip().lower()


def _trimmed(page: list[str], repeated: set[str]) -> list[str]:
    def runs(line: str) -> bool:
        return bool(_PAGE_NUMBER.match(line.strip())) or _head_key(line) in repeated

    top = [line for line in page[:RUNNING_LINES] if not runs(line)]
    foot = [line for line in page[RUNNING_LINES:][-RUNNING_LINES:] if not runs(line)]
    return [*top, *page[RUNNING_LINES:][:-RUNNING_LINES], *foot]


def paragraphs(lines: Sequence[str]) -> list[str]:
    """Join wrapped lines; an empty line, a list item, or a short line that ends a sentence or is a heading ends one."""
    width = _usual_width(lines)
    words = _whole_words(lines)
    found: list[list[str]] = [[]]
    last = ""
    for line in map(str.strip, lines):
        current = found[-1]
        if current and (not line or _ITEM.match(line) or _ends(last, line, width, first=len(current) == 1)):
            found.append([line] if line else [])
        elif current and _HYPHEN.search(last) and line[:1].islower():
            current[-1] = _without_hyphen(current[-1], line, words)
            current.append(line)
        elif line:
            current.append(f" {line}" if current else line)
        last = line
    return ["".join(parts) for parts in found if parts]


def _usual_width(lines: Sequence[str]) -> int:
    """The length of all but the longest tenth of the lines."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _ends(last: str, following: str, width: int, *, first: bool) -> bool:
    if len(last) >= FULL_LINE * width:
        return False
    if _SENTENCE_END.search(last):
        return True
    return first and (following[:1].isupper() or following[:1].isdigit())


def _whole_words(lines: Sequence[str]) -> set[str]:
    """The words of the text, without those at a line's end or beginning that may be halves."""
    return {word.lower() for line in lines for word in _WORD.findall(line)[1:-1]}


def _without_hyphen(line: str, following: str, words: set[str]) -> str:
    """`line` ready for its continuation: the hyphen stays when the text knows both halves, but not the whole."""
    first, second = _WORD.findall(line)[-1].lower(), _WORD.findall(following)[0].lower()
    compound = first + second not in words and first in words and second in words
    return line if compound else line[:-1]
