"""Links that open a page at the quoted words: built by the rules of text fragments, so browsers find the passage.

The syntax is `#:~:text=[prefix-,]start[,end]` (https://wicg.github.io/scroll-to-text-fragment/). A browser takes the
first match of the start, within one block of the page, and the first match of the end after it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import quote

_WORD = re.compile(r"[^\s。、，！？；：]+[。、，！？；：]*|[。、，！？；：]+")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_EDGE_WORDS = 4
_EDGE_BYTES = 60
_EXACT_WORDS = 10
_EXACT_BYTES = 120

Bounds = tuple[int, int]


def text_directive(text: str, start: int, end: int) -> str:
    """`:~:text=…` for `text[start:end]`, or an empty string where that holds no word."""
    lines = [match.span() for match in _LINE.finditer(text, start, end)]
    if not lines:
        return ""
    first, last = _first_words(text, *lines[0]), _last_words(text, *lines[-1])
    whole = first[0][0], first[-1][1]
    short = len(first) <= _EXACT_WORDS and _size(text, whole) <= _EXACT_BYTES
    if len(lines) == 1 and short:
        head, tail = whole, None
    else:
        head = _head(text, first)
        tail = _tail(text, last, after=head[1])
    parts = [text[slice(*head)], *([text[slice(*tail)]] if tail else [])]
    prefix = _prefix(text, head)
    return ":~:text=" + (f"{_encoded(prefix)}-," if prefix else "") + ",".join(map(_encoded, parts))


def with_directive(url: str, directive: str) -> str:
    """`url` with the directive in its fragment, in place of one it may have had."""
    if not directive:
        return url
    address, _, fragment = url.partition("#")
    return f"{address}#{fragment.partition(':~:')[0]}{directive}"


def _words(text: str, start: int, end: int) -> Iterator[Bounds]:
    return (match.span() for match in _WORD.finditer(text, start, end))


def _first_words(text: str, start: int, end: int) -> list[Bounds]:
    """As many as any use of them can need."""
    return list(islice(_words(text, start, end), _EXACT_BYTES + 1))


def _last_words(text: str, start: int, end: int) -> list[Bounds]:
    """As many as any use of them can need, the first of them whole."""
    return list(_words(text, max(text.rfind(" ", start, max(end - _EXACT_BYTES, start)), start), end))


def _head(text: str, words: Sequence[Bounds]) -> Bounds:
    """The fewest first words that the text does not hold earlier, as far as they are not too long for an address."""
    start, end = words[0]
    for taken, (_, end) in enumerate(words, 1):
        if taken >= _EDGE_WORDS and text.find(text[start:end]) == start:
            break
        if _size(text, (start, end)) >= _EDGE_BYTES:
            break
    return start, end


def _tail(text: str, words: Sequence[Bounds], *, after: int) -> Bounds | None:
    """The fewest last words that do not follow the head earlier, within the same length; None where no room is left."""
    end = words[-1][1]
    best = None
    for taken, (start, _) in enumerate(reversed(words), 1):
        if start < after:
            break
        best = start, end
        if taken >= _EDGE_WORDS and text.find(text[start:end], after) == start:
            break
        if _size(text, (start, end)) >= _EDGE_BYTES:
            break
    return best


def _prefix(text: str, head: Bounds) -> str:
    """The words before the head, on its line, that tell it from an earlier match; empty where none is needed."""
    start, end = head
    if text.find(text[start:end]) == start:
        return ""
    before = _last_words(text, text.rfind("\n", 0, start) + 1, start)
    first = start
    for first, _ in reversed(before[-_EDGE_WORDS:]):
        if text.find(text[first:end]) == first or _size(text, (first, start)) >= _EDGE_BYTES:
            break
    return text[first:start].strip()


def _size(text: str, bounds: Bounds) -> int:
    """Bytes in UTF-8, each of which may take three characters of the address."""
    return len(text[slice(*bounds)].encode(errors="replace"))


def _encoded(words: str) -> str:
    """Percent-encoded, with the three characters that have a meaning in a directive: dash, comma, ampersand."""
    return quote(words, safe="", errors="replace").replace("-", "%2D")
