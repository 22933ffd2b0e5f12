"""What each stage leaves for the next ones; in a later round an artefact holds all that the earlier ones held too."""

from pydantic import Field

from actors.domain.analysis import (
    Agreement,
    Entity,
    Quality,
    Relation,
    Report,
    SourceSentiment,
    Statement,
    TimelineEvent,
    Topic,
)
from actors.domain.documents import Candidate, Credibility, Document, Media, Passage, Source
from actors.domain.job import Record, StopReason


class Plan(Record):
    """The questions to search for; the first is the query itself."""

    questions: tuple[str, ...]
    by_model: bool = False
    warnings: tuple[str, ...] = ()
    stop_reason: StopReason | None = None


class SearchResults(Record):
    """The addresses worth reading, best first of each round; `questions` are all that were asked so far."""

    questions: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    media: tuple[Media, ...] = ()
    warnings: tuple[str, ...] = ()
    stop_reason: StopReason | None = None


class Collection(Record):
    """Every source in order of its id, and the text of those that were read."""

    sources: tuple[Source, ...]
    documents: tuple[Document, ...]
    warnings: tuple[str, ...] = ()
    stop_reason: StopReason | None = None


class Index(Record):
    """All passages, and their vectors: base64 of little-endian float16, one row a passage, `dimension` columns."""

    passages: tuple[Passage, ...]
    model: str
    dimension: int
    vectors: str
    warnings: tuple[str, ...] = ()
    stop_reason: StopReason | None = None


class Analysis(Record):
    """What the sources say together; `credibility` is by source id, statements are not yet checked.

    `by_model` names the parts that a model made; the others were made by rules.
    """

    language: str
    summary: tuple[Statement, ...]
    findings: tuple[Statement, ...]
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    topics: tuple[Topic, ...] = ()
    sentiment: tuple[SourceSentiment, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    related: tuple[str, ...] = ()
    agreement: tuple[Agreement, ...] = ()
    key_phrases: tuple[tuple[str, float], ...] = ()
    credibility: dict[str, Credibility] = Field(default_factory=dict)
    by_model: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stop_reason: StopReason | None = None


class Verified(Record):
    """The statements that may be published, each with its support, and the figures of the whole.

    `open_questions` are what a further round of search should ask: what is not answered yet, or contradicted.
    """

    summary: tuple[Statement, ...]
    findings: tuple[Statement, ...]
    timeline: tuple[TimelineEvent, ...]
    quality: Quality
    dropped: tuple[Statement, ...] = ()
    open_questions: tuple[str, ...] = ()
    stop_reason: StopReason | None = None


class Published(Record):
    """The finished report; its files can be made again from it and the collection's texts."""

    report: Report
