"""What was asked and how far it is: a job carries no research of its own, so it can be read at a glance."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

QUERY_MAX_CHARACTERS = 2_000

Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=QUERY_MAX_CHARACTERS)]


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


class ResearchRequest(Record):
    """One question and the options a client may set; every field is used by a stage."""

    query: Query
    max_results: int = Field(default=10, ge=1, le=100, description="sources taken from search; never cuts `urls`")
    providers: tuple[str, ...] = Field(default=(), description="search providers; empty: every one that can run")
    urls: tuple[str, ...] = Field(default=(), max_length=100, description="pages to read whatever search finds")
    keep_unsupported: bool = Field(default=False, description="publish unsupported sentences, marked, not drop them")


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
