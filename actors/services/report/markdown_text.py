"""Text as Markdown that reads as that text: no word of a source becomes markup, a table or a link."""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from actors.services.report import wording

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~^&$#]")
_LEADING = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))|^(?=[+=:-])")
_URL_SAFE = "/:?#@!$&'*+,;=%~-._"


def escaped(text: str, limit: int = wording.SENTENCE) -> str:
    """One line of Markdown that reads as `text`, wherever on a line it stands."""
    flat = _SPECIAL.sub(r"\\\g<0>", wording.line(text, limit))
    return _LEADING.sub(lambda match: f"{match[1]}\\" if match[1] else "\\", flat)


def link(words: str, url: str) -> str:
    """A link on words that are Markdown already; the words alone where there is no address."""
    return f"[{words}]({quote(url, safe=_URL_SAFE, errors='replace')})" if url and words else words


def table(names: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Nothing where there are no rows."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    if body:
        yield f"| {' | '.join(names)} |"
        yield f"|{' --- |' * len(names)}"
        yield from body
        yield ""
