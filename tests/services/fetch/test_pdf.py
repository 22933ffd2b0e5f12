import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from actors.domain.errors import SourceError
from actors.services.fetch.base import Page
from actors.services.fetch.extract import extract

MakePage = Callable[..., Page]

SENTENCE = "The council of Leeds voted on a well-known bridge, and the mayor, who had been against it, stayed away."


@pytest.fixture(scope="module")
def document() -> bytes:
    styles = getSampleStyleSheet()
    story = [Paragraph("A bridge for Leeds", styles["Title"]), Paragraph("4 May 2021", styles["Normal"])]
    for number in range(60):
        story.append(Paragraph(f"Section {number}", styles["Heading2"]))
        story.append(Paragraph(f"{SENTENCE} {SENTENCE}", styles["Normal"]))
    buffer = io.BytesIO()
    template = SimpleDocTemplate(buffer, title="A bridge", author="Mary Jones", invariant=1)
    template.build(story, onFirstPage=_furniture, onLaterPages=_furniture)
    return buffer.getvalue()


def _furniture(canvas: object, template: object) -> None:
    canvas.drawString(72, 800, "The Quarterly of Bridges")  # type: ignore[attr-defined]
    canvas.drawString(300, 30, str(template.page))  # type: ignore[attr-defined]


def encrypted(document: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(document)))
    writer.encrypt(password, "owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_a_pdf_is_read_as_paragraphs_without_heads_and_page_numbers(page: MakePage, document: bytes) -> None:
    found = extract(page(document, "application/pdf"))
    lines = found.text.split("\n")
    assert lines[:4] == ["A bridge for Leeds", "4 May 2021", "Section 0", f"{SENTENCE} {SENTENCE}"]
    assert "Quarterly" not in found.text
    assert not any(line.isdigit() for line in lines)
    assert (found.title, found.author, found.published) == ("A bridge", "Mary Jones", "2021-05-04")


def test_a_pdf_is_known_by_its_beginning_whatever_its_type(page: MakePage, document: bytes) -> None:
    assert extract(page(document, "text/html")).title == "A bridge"


def test_a_pdf_that_opens_without_a_password_is_read(page: MakePage, document: bytes) -> None:
    assert SENTENCE in extract(page(encrypted(document, ""), "application/pdf")).text


def test_a_pdf_with_a_password_is_refused(page: MakePage, document: bytes) -> None:
    with pytest.raises(SourceError, match="is an encrypted PDF"):
        extract(page(encrypted(document, "secret"), "application/pdf"))


@pytest.mark.parametrize("length", [9, 100, 2000])
def test_a_broken_pdf_is_refused(page: MakePage, document: bytes, length: int) -> None:
    with pytest.raises(SourceError, match="is a broken PDF"):
        extract(page(document[:length], "application/pdf"))


def test_a_pdf_without_text_is_refused(page: MakePage) -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(SourceError, match="without text"):
        extract(page(buffer.getvalue(), "application/pdf"))
