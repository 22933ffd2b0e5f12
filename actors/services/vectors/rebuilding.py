"""A source's text from its passages: the very text that was read, or what can be said of it for certain."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from actors.domain.documents import Extracted
from actors.services.vectors.base import Kept
from actors.services.vectors.rows import Row


def rebuild(rows: Sequence[Row]) -> Kept | None:
    """The source whose passages these are, in any order; None where there are none."""
    rows = sorted(rows, key=lambda row: row.start)
    if not rows:
        return None
    first = rows[0]
    text = next((text for text in _tries(rows) if _hash(text) == first.sha256), None)
    whole = text is not None
    text = "\n".join(row.text for row in rows) if text is None else text
    return Kept(
        url=first.url,
        fetched_at=first.about.fetched_at,
        extracted=Extracted(
            text=text,
            title=first.title,
            author=first.about.author,
            site=first.about.site,
            published=first.about.published,
            language=first.about.language,
        ),
        sha256=_hash(text),
        whole=whole,
    )


def _tries(rows: Sequence[Row]) -> Iterator[str]:
    """What the text may have been: by the white space that was kept, or where it was not, by lines or spaces."""
    if all(row.about.before is not None for row in rows):
        yield "".join(f"{row.about.before}{row.text}" for row in rows) + rows[-1].about.after
        return
    for filler in "\n", " ":
        parts, end = [], 0
        for row in rows:
            parts.append(filler * (row.start - end) + row.text)
            end = row.end
        yield "".join(parts)


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()
