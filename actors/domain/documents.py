"""What was found and read: every passage is a verbatim span of a source's cleaned text, with its offsets."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from actors.domain.job import Record

IsoDate = Annotated[str, StringConstraints(pattern=r"^-?\d{4}(-\d{2}(-\d{2})?)?$")]
"""`2021`, `2021-05` or `2021-05-03`: as fine as the source tells."""


class Hit(Record):
    """One search result. `rank` counts from 1 within its provider and query.

    `reason` is set when the provider knows already that the document cannot be read, and why.
    """

    url: str
    title: str = ""
    published: str | None = None
    provider: str
    rank: int = Field(ge=1)
    reason: str | None = None


class Candidate(Record):
    """One address to read, fused from the hits that named it. `score` is the sum of reciprocal ranks.

    `reason` is why it cannot be read, where a provider knew it.
    """

    url: str
    title: str = ""
    published: str | None = None
    providers: tuple[str, ...]
    score: float
    reason: str | None = None


class SourceStatus(StrEnum):
    """What became of a source."""

    READ = "read"
    FAILED = "failed"
    SKIPPED = "skipped"
    DUPLICATE = "duplicate"


class Credibility(Record):
    """How much weight a source can carry, from 0 to 1, and why; a hint for the reader, never a filter."""

    score: float = Field(ge=0, le=1)
    reasons: tuple[str, ...]


class Source(Record):
    """One document, read or not. `reason` is empty only when it was read. `sha256` is of the cleaned text.

    `language` is an ISO 639-1 code, `fetched_at` an ISO 8601 time in UTC.
    """

    id: str
    url: str
    title: str = ""
    author: str | None = None
    site: str | None = None
    published: IsoDate | None = None
    language: str | None = None
    fetched_at: str | None = None
    sha256: str | None = None
    status: SourceStatus
    reason: str | None = None
    credibility: Credibility | None = None


class Extracted(Record):
    """The main text of a page or file and what it says of itself; paragraphs are separated by one newline."""

    text: str
    title: str = ""
    author: str | None = None
    site: str | None = None
    published: IsoDate | None = None
    language: str | None = None


class Document(Record):
    """A source that was read, with its cleaned text, which all offsets refer to."""

    source: Source
    text: str


class Sentence(Record):
    """One sentence of a passage: `text` is `document.text[start:end]`."""

    source_id: str
    passage_id: str
    text: str
    start: int
    end: int


class Passage(Record):
    """A few whole sentences of a source: `text` is `document.text[start:end]`, offsets in characters."""

    id: str
    source_id: str
    text: str
    start: int = Field(ge=0)
    end: int


class Match(Record):
    """A passage found by likeness. `score` is the cosine of its vector and the query's; offsets are in its source."""

    score: float
    job_id: str
    url: str
    title: str
    text: str
    start: int
    end: int
    sha256: str
