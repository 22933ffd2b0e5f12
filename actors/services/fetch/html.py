"""The article of an HTML page without its navigation and advertisements, one paragraph a line."""

import re
from collections.abc import Iterator
from typing import Any

from actors.domain.documents import Extracted
from actors.domain.errors import SourceError
from actors.services.fetch.base import Page
from actors.services.fetch.charset import decode
from actors.services.fetch.dates import worded_date
from actors.services.fetch.metadata import read_metadata
from actors.services.fetch.tidy import tidy_line, tidy_text

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What XML forbids, and with it the tree that the parsers work on."""

BLOCKS = frozenset({"p", "head", "item", "list", "row", "table", "quote", "code", "div", "lb", "body", "main"})
CAPTION_WORDS = 12
SHORT_WORDS = 100
GUESSED_DAY = "-01-01"
"""What the search makes of a lone year somewhere on the page."""
DATELINE_LINES = 8
DATELINE_CHARACTERS = 60


def read_html(page: Page) -> Extracted:
    """The main text and metadata of `page`.

    Raises:
        SourceError: its markup cannot be parsed.
    """
    from lxml.etree import LxmlError

    try:
        tree = _parse(decode(page.body, page.charset, markup=True))
        metadata = read_metadata(tree, page.url)
        published = metadata.published or _searched_date(tree, page.url)
        text = _main_text(tree)
    except (LxmlError, RecursionError, ValueError):
        raise SourceError("its markup cannot be parsed") from None
    return Extracted(
        text=text,
        title=metadata.title,
        author=metadata.author,
        site=metadata.site or None,
        published=_finer(published, text),
        language=metadata.language,
    )


def _parse(markup: str) -> Any:  # noqa: ANN401 (lxml carries no types)
    import lxml.html

    markup = _CONTROLS.sub(" ", markup)
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return lxml.html.document_fromstring(markup.encode("utf-8", "replace") or b"<html/>", parser=parser)


def _main_text(tree: Any) -> str:  # noqa: ANN401
    from trafilatura import bare_extraction, baseline
    from trafilatura.settings import Document

    _keep_captions(tree)
    document = bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=False)
    if isinstance(document, Document) and (text := tidy_text("".join(_render(document.body)))):
        return _with_repeats(tree, text)
    return tidy_text(baseline(tree)[1])


def _with_repeats(tree: Any, text: str) -> str:  # noqa: ANN401
    """A short `text` with the paragraphs that equal the one before, which the extractor drops."""
    lines = set(text.split("\n"))
    if len(text.split()) >= SHORT_WORDS:
        return text
    found = (tidy_line(element.text_content()) for element in tree.iter("h1", "h2", "h3", "p", "li"))
    repeated = [line for line in found if line in lines]
    return "\n".join(repeated) if lines == set(repeated) and len(repeated) > len(lines) else text


def _keep_captions(tree: Any) -> None:  # noqa: ANN401
    """Captions of whole sentences are part of the story; labels and picture credits are not."""
    for caption in tree.xpath(".//figure/figcaption"):
        text = caption.text_content().strip()
        if len(text.split()) >= CAPTION_WORDS and text.endswith((".", "!", "?", '."', ".”")):
            caption.tag = "p"
            caption.getparent().tag = "div"


def _render(element: Any) -> Iterator[str]:  # noqa: ANN401
    """The element's text with a newline around each block, and ` | ` between the cells of a row."""
    edge = "\n" if element.tag in BLOCKS else ""
    yield " | " if element.tag == "cell" and element.getprevious() is not None else edge
    yield element.text or ""
    for child in element:
        yield from _render(child)
        yield child.tail or ""
    yield edge


def _searched_date(tree: Any, url: str) -> str | None:  # noqa: ANN401
    from htmldate import find_date

    found: str | None = find_date(tree, url=url, original_date=True)
    return None if found is None or found.endswith(GUESSED_DAY) else found


def _finer(published: str | None, text: str) -> str | None:
    """The day that a line of its own above the text tells, where the page itself names no more than the year."""
    if published is None or len(published) == len("2021-05-03"):
        return published
    for line in text.split("\n", DATELINE_LINES)[:DATELINE_LINES]:
        if len(line) <= DATELINE_CHARACTERS and (date := worded_date(line)) and date.startswith(published):
            return date
    return published
