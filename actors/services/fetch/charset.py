"""Bytes become the characters their author meant, whatever the headers say."""

import codecs
import re
from collections.abc import Iterator

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LATIN = frozenset({"iso8859-1", "ascii", "iso8859-15"})
HEAD_BYTES = 4_096
SAMPLE_BYTES = 200_000
FOREIGN_WORD_BYTES = 3


def decode(body: bytes, charset: str | None, *, markup: bool = False) -> str:
    """The text of `body`: by its byte order mark, `charset`, what its markup names, UTF-8, or a guess.

    A name that does not fit the bytes is passed over. Latin-1 is read as Windows-1252, as browsers do.
    """
    for name in _named(body, charset, markup=markup):
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode(_guessed(body), "replace")


def _named(body: bytes, charset: str | None, *, markup: bool) -> Iterator[str]:
    yield from (name for mark, name in _BOMS if body.startswith(mark))
    if charset:
        yield _as_browsers(charset)
    head = body[:HEAD_BYTES] if markup else b""
    if match := _XML.search(head) or _META.search(head):
        yield _as_browsers(match[1].decode("ascii"))
    yield "utf-8"


def _as_browsers(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return name
    return "cp1252" if known in _LATIN else known


def _guessed(body: bytes) -> str:
    """Windows-1252 where single letters are foreign to ASCII words; else another alphabet, which the guesser knows."""
    import charset_normalizer

    sample = body[:SAMPLE_BYTES]
    foreign = _FOREIGN.findall(sample)
    if sum(len(run) >= FOREIGN_WORD_BYTES for run in foreign) * 2 < len(foreign):
        return "cp1252"
    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else "cp1252"
