"""What was found and read: every passage is a verbatim span of a source's cleaned text, with its offsets."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from actors.domain.job import Record

IsoDate = Annotated[str, StringConstraints(pattern=r"^-?\d{4}(-\d{2}(-\d{2})?)?$")]
"""`2021`, `2021-05` or `2021-05-03`: as fine as the source tells."""


class Kind(StrEnum):
    """What is searched for; images and videos are listed, web pages and news are read."""

    WEB = "web"
    NEWS = "news"
    IMAGES = "images"
    VIDEOS = "videos"


class Hit(Record):
    """One search result. `rank` counts from 1 within its provider and query.

    `url` is the page, `media_url` the image or video on it, where the provider tells. `reason` is set when the
    provider knows already that the document cannot be read, and why. `kept` names the earlier job and its source
    whose text is used again.
    """

    url: str
    title: str = ""
    published: IsoDate | None = None
    provider: str
    rank: int = Field(ge=1)
    reason: str | None = None
    kind: Kind = Kind.WEB
    media_url: str | None = None
    kept: tuple[str, str] | None = None


class Candidate(Record):
    """One address to read, fused from the hits that named it. `score` is the sum of reciprocal ranks.

    `reason` and `kept` are as in `Hit`.
    """

    url: str
    title: str = ""
    published: IsoDate | None = None
    providers: tuple[str, ...]
    score: float
    reason: str | None = None
    kept: tuple[str, str] | None = None


class Media(Record):
    """An image or video that search found; it is listed and linked, never loaded."""

    kind: Kind
    url: str
    media_url: str | None = None
    title: str = ""
    published: IsoDate | None = None
    providers: tuple[str, ...]


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
    source_id: str
    url: str
    title: str
    text: str
    start: int
    end: int
    sha256: str
