"""What was asked and how far it is: a job carries no research of its own, so it can be read at a glance."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

QUERY_MAX_CHARACTERS = 2_000
DOMAINS_MAX = 50

Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=QUERY_MAX_CHARACTERS)]
Domain = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=253,
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$",
    ),
]
"""A host name such as `example.org`, which stands for its subdomains too."""


class Record(BaseModel):
    """A value: frozen, and closed to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class JobStatus(StrEnum):
    """Where a job stands; the last four are terminal and never change."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING)


class StopReason(StrEnum):
    """Why a partial job ended before its time."""

    BUDGET = "budget"
    DEADLINE = "deadline"
    SOURCES = "sources"


class Budget(Record):
    """The most that a job may use; what is not given is not limited. `seconds` count from the start of its work."""

    usd: float | None = Field(default=None, ge=0, le=1_000_000, description="US dollars for model, search, embeddings")
    tokens: int | None = Field(default=None, ge=0, le=10**12, description="tokens of the model, in and out")
    pages: int | None = Field(default=None, ge=1, le=100_000, description="pages read")
    seconds: float | None = Field(default=None, gt=0, le=31_536_000, description="seconds of work")


class ResearchRequest(Record):
    """One question and the options a client may set; every field is used by a stage."""

    query: Query
    max_results: int = Field(
        default=10, ge=1, le=100, description="sources taken from each round of search; never cuts `urls`"
    )
    providers: tuple[str, ...] = Field(default=(), description="search providers; empty: every one that can run")
    urls: tuple[str, ...] = Field(default=(), max_length=100, description="pages to read whatever search finds")
    keep_unsupported: bool = Field(default=False, description="publish unsupported sentences, marked, not drop them")
    depth: int = Field(default=0, ge=0, le=5, description="rounds of further search for what the first left open")
    include_news: bool = Field(default=False, description="search news too")
    include_images: bool = Field(default=False, description="list images that search finds")
    include_videos: bool = Field(default=False, description="list videos that search finds")
    include_domains: tuple[Domain, ...] = Field(default=(), max_length=DOMAINS_MAX, description="only these sites")
    exclude_domains: tuple[Domain, ...] = Field(default=(), max_length=DOMAINS_MAX, description="none of these sites")
    since: date | None = Field(default=None, description="only what was published on this day or later")
    until: date | None = Field(default=None, description="only what was published on this day or earlier")
    language: str | None = Field(default=None, pattern="^[a-z]{2}$", description="only this language, ISO 639-1")
    include_earlier: bool = Field(default=False, description="use passages that the tenant's earlier jobs collected")
    budget: Budget = Budget()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"until: must not be before since, which is {self.since}")
        return self


class Spending(Record):
    """What calls have used: of the model, of search providers, of embeddings. `usd` is of those with a known price."""

    model_calls: int = 0
    searches: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens in and out."""
        return self.input_tokens + self.output_tokens


class Usage(Spending):
    """What a job has used so far, all of it and by stage. `pages` were read."""

    pages: int = 0
    stages: dict[str, Spending] = Field(default_factory=dict)


class Job(Record):
    """One research job as the store keeps it. Times are Unix seconds by the store's clock."""

    job_id: str
    tenant: str
    request: ResearchRequest
    status: JobStatus = JobStatus.QUEUED
    stage: str | None = None
    round: int = 0
    stop_reason: StopReason | None = None
    error: str | None = None
    seq: int = 0
    created_at: float = 0.0
    started_at: float | None = None
    completed_at: float | None = None
    usage: Usage = Usage()
