"""What a client is told of a job, in order: sequence numbers are dense from 1 and never reused."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from actors.domain.job import Record


class EventType(StrEnum):
    """The kinds of event; the last four end a job's log."""

    QUEUED = "queued"
    STARTED = "started"
    STAGE = "stage"
    PROGRESS = "progress"
    SOURCE = "source"
    FINDING = "finding"
    WARNING = "warning"
    COST = "cost"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether the log ends with it."""
        return self in (EventType.COMPLETED, EventType.PARTIAL, EventType.FAILED, EventType.CANCELLED)


@dataclass(frozen=True, slots=True)
class Note:
    """An event before the store gives it a number and a time.

    `once` names what is told (say `source:s3`): a job's log takes each name a single time, so a stage
    that runs again after a crash does not tell its story twice. An empty name is told every time.
    """

    type: EventType
    stage: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    once: str = ""


class Event(Record):
    """One line of a job's log. `at` is Unix seconds by the store's clock."""

    seq: int
    job_id: str
    type: EventType
    stage: str | None
    at: float
    data: dict[str, Any]
