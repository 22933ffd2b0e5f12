"""The text of a PDF as its author wrote it: paragraphs, no page numbers, no running heads."""

import io
import logging
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from actors.domain.documents import Extracted
from actors.domain.errors import SourceError
from actors.services.fetch.base import Page
from actors.services.fetch.byline import clean_authors
from actors.services.fetch.dates import iso_date
from actors.services.fetch.masthead import HEAD_LINES, read_masthead
from actors.services.fetch.reflow import paragraphs, without_running_heads
from actors.services.fetch.tidy import tidy_line, tidy_text

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 400
TITLE_MAX_CHARACTERS = 200
SAME_SIZE = 0.08
"""Letters that differ by less than this share are of one size."""
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})

_FILE_NAME = re.compile(
    r"\.(?:docx?|pdf|tex|dvi|odt|rtf|indd|qxd|pptx?)$|^(?:microsoft|untitled|slide \d)", re.IGNORECASE
)
_PDF_DATE = re.compile(r"^D:\s*(\d{4})(\d{2})?(\d{2})?")


def read_pdf(page: Page) -> Extracted:
    """The text and metadata of the first `MAX_PAGES` pages; a date in the text wins over that of the file.

    Raises:
        SourceError: it is encrypted with a password, broken, or holds no text.
    """
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = _opened(page.body)
        pages = [_lines(reader, number) for number in range(min(len(reader.pages), MAX_PAGES))]
        title, author, published = _information(reader)
    except FileNotDecryptedError:
        raise SourceError("is an encrypted PDF") from None
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
        NotImplementedError,
        OSError,
    ) as error:
        raise SourceError("is a broken PDF") from error
    lines = [line for trimmed in without_running_heads(pages) for line in trimmed]
    text = tidy_text("\n".join(paragraphs(lines)))
    if not text:
        raise SourceError("is a PDF without text, perhaps a scan")
    masthead = read_masthead([line for line in text.split("\n", HEAD_LINES + 1) if line != title])
    return Extracted(
        text=text,
        title=title or text.split("\n", 1)[0][:TITLE_MAX_CHARACTERS],
        author=author or masthead.author,
        published=masthead.published or published,
    )


def _opened(body: bytes) -> "PdfReader":
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise SourceError("is an encrypted PDF")
    return reader


def _lines(reader: "PdfReader", number: int) -> list[str]:
    """The lines of a page; a blank one stands where the letters of the next line are of another size."""
    parts: list[str] = []
    last = 0.0

    def take(text: str, ctm: Sequence[float], matrix: Sequence[float], font: object, size: float) -> None:  # noqa: ARG001 (pypdf's signature)
        nonlocal last
        if not text.strip():
            parts.extend(filter(None, [text]))
            return
        height = abs(size * (matrix[3] or 1) * (ctm[3] or 1))
        if last and parts[-1].endswith("\n") and abs(height - last) > SAME_SIZE * last:
            parts.append("\n")
        parts.append(text)
        last = height

    reader.pages[number].extract_text(visitor_text=take)
    text = "".join(parts).translate(LIGATURES)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def _information(reader: "PdfReader") -> tuple[str, str | None, str | None]:
    """Title, author and date of the document; a file's name is no title."""
    told: Mapping[str, object] = reader.metadata or {}
    title, author, date = (tidy_line(str(told.get(key) or "")) for key in ("/Title", "/Author", "/CreationDate"))
    match = _PDF_DATE.match(date)
    published = iso_date("-".join(filter(None, match.groups()))) if match else iso_date(date)
    return "" if _FILE_NAME.search(title) else title, clean_authors([author]), published
