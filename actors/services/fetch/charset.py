"""Bytes become the characters their author meant, whatever the headers say."""

import codecs
import re
from collections.abc import Iterator

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SINGLE_BYTE = re.compile(r"cp125\d$|iso[-_]?8859|windows-125|koi8|latin|mac[-_]?roman", re.IGNORECASE)
_LATIN = frozenset({"iso8859-1", "ascii", "iso8859-15"})
_NEVER_ON_PAGES = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "utf-7"})
HEAD_BYTES = 4_096
SAMPLE_BYTES = 200_000
FOREIGN_WORD_BYTES = 3
REPLACEMENT = "\ufffd"
BROKEN_SHARE = 0.1
"""Text of which less than this share of the letters beyond ASCII is broken is UTF-8 all the same."""


def decode(body: bytes, charset: str | None, *, markup: bool = False) -> str:
    """The text of `body`: by its byte order mark, `charset`, what its markup names, UTF-8, or a guess.

    A name that does not fit the bytes is passed over, and so is one of single-byte letters where they are UTF-8.
    Latin-1 is read as Windows-1252, as browsers do. UTF-8 with a few broken characters stays UTF-8.
    """
    for name in _named(body, charset, markup=markup):
        try:
            return body.decode(_or_utf8(name, body))
        except (UnicodeError, LookupError):
            continue
    mended = body.decode("utf-8", "replace")
    if _mostly_whole(mended):
        return mended
    return body.decode(_guessed(body), "replace")


def _or_utf8(name: str, body: bytes) -> str:
    """UTF-8 for letters of other languages that make sense in it; by chance, single bytes hardly ever do."""
    if not _SINGLE_BYTE.match(name) or body.isascii():
        return name
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return name
    return "utf-8"


def _mostly_whole(text: str) -> bool:
    foreign = len(_NOT_ASCII.findall(text))
    return text.count(REPLACEMENT) < BROKEN_SHARE * foreign


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
    except (LookupError, ValueError):
        return "utf-8"
    if known in _NEVER_ON_PAGES:
        return "utf-8"
    return "cp1252" if known in _LATIN else known


def _guessed(body: bytes) -> str:
    """Windows-1252 where single letters are foreign to ASCII words; else another alphabet, which the guesser knows."""
    sample = body[:SAMPLE_BYTES]
    foreign = _FOREIGN.findall(sample)
    if sum(len(run) >= FOREIGN_WORD_BYTES for run in foreign) * 2 < len(foreign):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else "cp1252"
