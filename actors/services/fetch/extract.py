"""From a document's bytes to its main text, whatever the server or the file's name says it is."""

from urllib.parse import unquote, urlsplit

from actors.domain.documents import Extracted
from actors.domain.errors import SourceError
from actors.services.fetch.base import Page
from actors.services.fetch.html import read_html
from actors.services.fetch.pdf import read_pdf
from actors.services.fetch.text import read_markdown, read_plain

SNIFFED_BYTES = 4_096
PDF_HEADER_BYTES = 1_024
CONTROL_SHARE = 0.02
MAGIC = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a recording",
    b"PK\x03\x04": "an archive or an office document",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "an archive",
    b"Rar!": "an archive",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"ID3": "a recording",
    b"OggS": "a recording",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a rich text document",
}
TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
HTML_STARTS = (
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<body",
    b"<article",
    b"<?xml",
    b"<title",
    b"<h1",
    b"<p",
    b"<div",
)
MARKDOWN_SUFFIXES = (".md", ".markdown")
PLAIN_SUFFIXES = (".txt", ".text")


def extract(page: Page) -> Extracted:
    """The main text of `page` and what it says of itself; synchronous, for the process pool.

    Raises:
        SourceError: it is of a kind that is not read, encrypted, or broken.
    """
    head = page.body[:SNIFFED_BYTES].lstrip()
    if b"%PDF-" in page.body[:PDF_HEADER_BYTES]:
        extracted = read_pdf(page)
    elif not head:
        extracted = Extracted(text="")
    elif reason := _unreadable(page.body, page.content_type):
        raise SourceError(reason)
    else:
        extracted = _read_text(page, head)
    return extracted.model_copy(update={"site": extracted.site or _host(page.url)})


def _unreadable(body: bytes, content_type: str) -> str:
    for magic, kind in MAGIC.items():
        if body.startswith(magic):
            return f"is {kind}, not a text"
    if content_type == "application/pdf":
        return "is a broken PDF"
    if content_type.startswith(("image/", "audio/", "video/", "font/")) and b"<svg" not in body[:SNIFFED_BYTES].lower():
        return f"is of the type {content_type}, which is not read"
    sample = body[:SNIFFED_BYTES]
    if not sample.startswith(TEXT_BOMS):
        controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x0b\x1b" for byte in sample)  # noqa: PLR2004 (ASCII)
        if controls > CONTROL_SHARE * len(sample) or b"\0\0" in sample:
            return "is a binary file, not a text"
    return ""


def _read_text(page: Page, head: bytes) -> Extracted:
    path = unquote(urlsplit(page.url).path).lower()
    looks_html = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(HTML_STARTS)
    if page.content_type == "text/markdown" or (path.endswith(MARKDOWN_SUFFIXES) and not looks_html):
        return read_markdown(page)
    if page.content_type in ("text/html", "application/xhtml+xml") or looks_html:
        return read_html(page)
    if page.content_type in ("", "text/plain", "application/octet-stream") or path.endswith(PLAIN_SUFFIXES):
        return read_plain(page)
    if page.content_type.startswith("text/") or page.content_type.endswith("xml"):
        return read_html(page) if b"<" in head[:1] else read_plain(page)
    raise SourceError(f"is of the type {page.content_type[:60]}, which is not read")


def _host(url: str) -> str | None:
    parts = urlsplit(url)
    host = parts.hostname if parts.scheme in ("http", "https") else None
    return host.removeprefix("www.") if host else None
