"""What the research says: each statement names the passages it rests on, so that anyone can check it."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from actors.domain.documents import IsoDate, Media, Passage, Source
from actors.domain.job import JobStatus, Record, StopReason, Usage

Granularity = Literal["day", "month", "year", "decade", "century"]


class Support(StrEnum):
    """How well the cited passages carry a sentence."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"


class Span(Record):
    """A stretch of a passage that carries part of a sentence; offsets are into the source's text."""

    passage_id: str
    start: int
    end: int


class Statement(Record):
    """A sentence and the passages it cites, before and after it was checked.

    `coverage` (0 to 1) is the share of its words, numbers, names and dates found in the cited passages,
    `missing` what was not, `evidence` where the rest is. `support` is None until it was verified.
    """

    sentence: str
    citations: tuple[str, ...]
    question: str = ""
    support: Support | None = None
    coverage: float | None = None
    missing: tuple[str, ...] = ()
    evidence: tuple[Span, ...] = ()


EntityType = Literal["person", "organization", "place", "event", "work", "product", "group"]


class Entity(Record):
    """A named thing, merged across sources by its normalised name."""

    id: str
    name: str
    type: EntityType
    aliases: tuple[str, ...] = ()
    mentions: int
    sources: tuple[str, ...]
    citations: tuple[str, ...]


class Relation(Record):
    """Two entities that sentences tell of together. `label` is the verb between them, or "appears with"."""

    source: str
    target: str
    label: str
    weight: int
    citations: tuple[str, ...]


class Topic(Record):
    """A theme of the sources. `weight` is its share of all passages; terms are in falling order."""

    label: str
    terms: tuple[str, ...]
    weight: float
    sources: tuple[str, ...]


class SourceSentiment(Record):
    """The tone of one source, -1 to 1, as the mean over its sentences: a weak signal, and called so."""

    source_id: str
    score: float = Field(ge=-1, le=1)
    label: Literal["positive", "neutral", "negative"]
    sentences: int


class TimelineEvent(Record):
    """What happened when. `date` is as fine as `granularity` says."""

    date: IsoDate
    granularity: Granularity
    text: str
    citations: tuple[str, ...]


class Claim(Record):
    """What one source says of the thing compared: the value as written, and the sentence it stands in."""

    source_id: str
    value: str
    sentence: str
    citation: str


class Agreement(Record):
    """Sources that tell of one thing with a number or a date: the same one, or different ones."""

    kind: Literal["number", "date"]
    about: str
    verdict: Literal["agree", "disagree"]
    claims: tuple[Claim, ...]


class Quality(Record):
    """How well the report is carried by its sources, each 0 to 1.

    `citation_precision`: share of citations that help to carry their sentence. `citation_recall`: share of
    published sentences that their citations carry whole. `cited_share`: share of sentences with a citation.
    """

    citation_precision: float
    citation_recall: float
    cited_share: float


class Report(Record):
    """`report.json`: everything the research found, in the shape that docs/report.schema.json describes.

    `model` is the one that was configured (None: none was), `by_model` the parts it made; all others were made by
    rules. `questions` were searched for in `rounds` rounds.
    """

    job_id: str
    query: str
    status: JobStatus
    stop_reason: StopReason | None = None
    summary: tuple[Statement, ...]
    findings: tuple[Statement, ...]
    sources: tuple[Source, ...]
    passages: tuple[Passage, ...]
    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    topics: tuple[Topic, ...]
    sentiment: tuple[SourceSentiment, ...]
    timeline: tuple[TimelineEvent, ...]
    related: tuple[str, ...]
    agreement: tuple[Agreement, ...]
    key_phrases: tuple[tuple[str, float], ...] = ()
    media: tuple[Media, ...] = ()
    model: str | None = None
    by_model: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    rounds: int = 1
    warnings: tuple[str, ...] = ()
    quality: Quality
    usage: Usage = Usage()
    timings: dict[str, float] = Field(default_factory=dict)
    created_at: str
