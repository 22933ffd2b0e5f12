"""What passes through every store: a delivery, the proof of holding it, and the steps that may follow from it."""

from dataclasses import dataclass
from typing import Any

from actors.domain.job import JobStatus, StopReason, Usage

RETRY_AFTER_SECONDS = 5.0
"""When to come back to a store that has too many jobs waiting."""


SUSPECT_HAND_OUTS = 3
"""An entry that is handed out this often, because the leases before have ended, may be what kills its holders."""


@dataclass(frozen=True, slots=True)
class Token:
    """Proof of holding a mailbox entry: `count` is how often it was handed out."""

    stage: str
    entry: str
    consumer: str
    count: int

    @property
    def suspect(self) -> bool:
        """Whether holders of the entry have died under it, or were cut off, again and again."""
        return self.count >= SUSPECT_HAND_OUTS


@dataclass(frozen=True, slots=True)
class Delivery:
    """A job handed to a worker. `attempt` counts from 1, over all hand-outs and retries of this stage and round."""

    job_id: str
    round: int
    attempt: int
    token: Token

    @property
    def key(self) -> str:
        """Where this stage's artefact is kept: `stage:round`."""
        return f"{self.token.stage}:{self.round}"


@dataclass(frozen=True, slots=True)
class Advance:
    """The stage is done in `seconds`: keep its artefact and hand the job to `stage` of `round`.

    `pages` is how many have been read by now; None when this stage does not tell.
    """

    artefact: bytes
    stage: str
    round: int
    seconds: float = 0.0
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The last stage is done in `seconds`, and the job with it: `completed`, or `partial` with its reason.

    `used` is what the job has used, told with its last event.
    """

    artefact: bytes
    status: JobStatus
    stop_reason: StopReason | None = None
    seconds: float = 0.0
    used: Usage | None = None

    @property
    def data(self) -> dict[str, Any]:
        """What the last event tells."""
        reason = {"stop_reason": self.stop_reason} if self.stop_reason else {}
        return reason | ({"usage": self.used.model_dump()} if self.used else {})


@dataclass(frozen=True, slots=True)
class Fail:
    """The job has failed with `error`; a `traceback` makes it a dead letter as well."""

    error: str
    traceback: str | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up, with all that is needed to understand why."""

    job_id: str
    stage: str
    round: int
    attempts: int
    reason: str
    traceback: str
    at: float


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """How often a value was there when it was asked for, and how often not."""

    hits: int
    misses: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a store takes in and for how long it keeps it."""

    max_running: int = 100
    max_pending: int = 10_000
    keep_artefacts_seconds: float = 604_800
    keep_jobs_seconds: float = 2_592_000
