"""From a document's bytes to its main text, whatever the server or the file's name says it is."""

from urllib.parse import unquote, urlsplit

from actors.domain.documents import Extracted
from actors.domain.errors import SourceError
from actors.services.fetch.base import Page
from actors.services.fetch.html import read_html
from actors.services.fetch.kinds import SNIFFED_BYTES, unread_content
from actors.services.fetch.pdf import read_pdf
from actors.services.fetch.text import read_markdown, read_plain

EXTRACTION_VERSION = 2
"""Raised when texts are taken out of documents in another way, so that what is kept of them is not used any more."""

PDF_HEADER_BYTES = 1_024
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
    elif reason := unread_content(page.body, page.content_type):
        raise SourceError(reason)
    else:
        extracted = _read_text(page, head)
    return extracted.model_copy(update={"site": extracted.site or _host(page.url)})


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
