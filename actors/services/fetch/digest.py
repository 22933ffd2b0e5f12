"""What becomes of a page in the process pool: its text and what is told of it, or why it is no source."""

import zlib
from typing import NamedTuple, Self

from actors.domain.errors import SourceError
from actors.domain.job import Record
from actors.services.base import Reading
from actors.services.fetch.base import Page, Version
from actors.services.fetch.extract import extract
from actors.services.fetch.judge import refusal
from actors.services.nlp.language import detect_language

PACKING = 1
"""The level of compression: the fastest one."""


class Outcome(Record):
    """What a page is worth: its reading, or the `reason` why it has none."""

    reading: Reading | None = None
    reason: str = ""

    def as_of(self, fetched_at: str) -> Self:
        """The same, found to be so still at `fetched_at`."""
        if self.reading is None:
            return self
        return self.model_copy(update={"reading": self.reading.model_copy(update={"fetched_at": fetched_at})})


class Known(Record):
    """What a version of a page is worth."""

    version: Version
    outcome: Outcome


class Digest(NamedTuple):
    """`outcome`, and `Known` packed to be kept; nothing where the server does not tell versions apart."""

    packed: bytes
    outcome: Outcome


def digest(page: Page, max_characters: int) -> Digest:
    """Judge and extract `page`, and cut its text at `max_characters`; synchronous, for the process pool."""
    try:
        outcome = Outcome(reading=_reading(page, max_characters))
    except SourceError as error:
        outcome = Outcome(reason=str(error))
    if page.version is None:
        return Digest(b"", outcome)
    known = Known(version=page.version, outcome=outcome)
    return Digest(zlib.compress(known.model_dump_json().encode(), PACKING), outcome)


def unpacked(packed: bytes) -> Known | None:
    """What `digest` has packed; None when it cannot be read any more."""
    try:
        return Known.model_validate_json(zlib.decompress(packed))
    except (ValueError, zlib.error):
        return None


def _reading(page: Page, max_characters: int) -> Reading:
    extracted = extract(page)
    if reason := refusal(extracted, page):
        raise SourceError(reason)
    text, left_out = _cut(extracted.text, max_characters)
    told = {"text": text, "language": detect_language(text) or extracted.language}
    extracted = extracted.model_copy(update=told)
    return Reading(url=page.url, fetched_at=page.fetched_at, extracted=extracted, left_out=left_out)


def _cut(text: str, max_characters: int) -> tuple[str, int]:
    if len(text) <= max_characters:
        return text, 0
    paragraph = text.rfind("\n", max_characters // 2, max_characters)
    end = paragraph if paragraph > 0 else max_characters
    return text[:end], len(text) - end
