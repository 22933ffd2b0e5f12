"""A source's text from its passages: the very text that was read, or what can be said of it for certain."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from actors.domain.documents import Extracted
from actors.services.vectors.base import Kept
from actors.services.vectors.rows import About, Row

Piece = tuple[Row, About, str]
"""A passage's row, what it says of itself, and its text."""


def rebuild(rows: Sequence[Row], texts: Sequence[str]) -> Kept | None:
    """The source whose passages these are, in any order; None where there are none."""
    told = zip(rows, texts, strict=True)
    pieces = sorted(((row, row.read_about(), text) for row, text in told), key=lambda piece: piece[0].start)
    if not pieces:
        return None
    row, about, _ = pieces[0]
    text = next((text for text in _tries(pieces) if _hash(text) == row.sha256), None)
    whole = text is not None
    text = "\n".join(text for _, _, text in pieces) if text is None else text
    return Kept(
        url=row.url,
        fetched_at=about.fetched_at,
        extracted=Extracted(
            text=text,
            title=row.title,
            author=about.author,
            site=about.site,
            published=about.published,
            language=about.language,
        ),
        sha256=_hash(text),
        whole=whole,
    )


def _tries(pieces: Sequence[Piece]) -> Iterator[str]:
    """What the text may have been: by the white space that was kept, or where it was not, by lines or spaces."""
    if all(about.before is not None for _, about, _ in pieces):
        yield "".join(f"{about.before}{text}" for _, about, text in pieces) + pieces[-1][1].after
        return
    for filler in "\n", " ":
        parts, end = [], 0
        for row, _, text in pieces:
            parts.append(filler * (row.start - end) + text)
            end = row.end
        yield "".join(parts)


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()
