"""What every store promises, whatever it is made of: the one thing that services, stages and the runtime know of it.

A transition (`submit`, `advance`, `retry_later`, `finish`, `fail`, `cancel`) moves the job, its mailbox entry and
its events in one step: either all of it is there afterwards or none. Transitions of a worker are fenced by its
delivery's token: when another worker holds the entry by now, or the job is terminal, they write nothing and raise
`LeaseLostError`. Only one that was carried out already may be repeated with the same token, at any time: it is answered
as before and changes nothing.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from actors.domain.events import Event, EventType, Note
from actors.domain.job import Budget, Job, JobStatus, ResearchRequest, Spending
from actors.store.records import Advance, CacheCounts, DeadLetter, Delivery, Fail, Finish, Token


class Jobs(Protocol):
    """The jobs as their clients see them."""

    async def submit(self, job_id: str, tenant: str, request: ResearchRequest) -> Job:
        """Take in a job; one that is there already under this id is answered as it is.

        Raises:
            OverloadedError: `max_pending` jobs wait already.
        """
        ...

    async def get(self, job_id: str) -> Job:
        """The job as it stands.

        Raises:
            JobNotFoundError: there is none, or no longer.
        """
        ...

    async def of_tenant(self, tenant: str, *, status: JobStatus | None = None, limit: int = 50) -> list[Job]:
        """The tenant's jobs, newest first."""
        ...

    async def artefacts(self, job_id: str) -> dict[str, bytes]:
        """What the stages have left so far, by `stage:round`; empty for a job that does not exist."""
        ...

    async def cancel(self, job_id: str) -> Job:
        """End the job now; a terminal one stays as it is.

        Raises:
            JobNotFoundError: there is none.
        """
        ...

    async def delete(self, job_id: str) -> None:
        """Forget a terminal job with its events, artefacts and ledger.

        Raises:
            JobNotFoundError: there is none.
            JobActiveError: it is not terminal.
        """
        ...

    async def dead_letters(self, *, limit: int = 100) -> list[DeadLetter]:
        """The deliveries given up, newest first."""
        ...


class Mailboxes(Protocol):
    """The jobs as workers see them: one mailbox a stage."""

    async def claim(
        self, stage: str, consumer: str, *, limit: int, lease_seconds: float, suspects: int
    ) -> list[Delivery]:
        """Take over up to `limit` deliveries whose lease has ended, at most `suspects` suspect ones among them.

        All who ask for a stage's deliveries have to name the same `lease_seconds`.
        """
        ...

    async def take(
        self, stage: str, consumer: str, *, limit: int, lease_seconds: float, block_seconds: float
    ) -> list[Delivery]:
        """Up to `limit` deliveries that nobody holds or has held; waits up to `block_seconds` for one.

        Cancelled while it waits, it loses nothing: what it was handed comes back when that lease ends.
        """
        ...

    async def renew(self, tokens: Collection[Token]) -> set[Token]:
        """Start the leases anew, as long as they were; answers the tokens that still hold their entry."""
        ...

    async def release(self, tokens: Collection[Token]) -> None:
        """Hand entries back at once, without counting the attempt."""
        ...

    async def leave(self, stage: str, consumer: str) -> None:
        """Hand back, uncounted, whatever this consumer still holds of the stage; it will take no more."""
        ...

    async def begin(self, delivery: Delivery) -> tuple[Job, dict[str, bytes]]:
        """Tell, once in each round, that the stage has started; answers the job, and its artefacts by `stage:round`.

        Raises:
            JobDamagedError: what the store keeps of the job was changed by hand; every transition may raise this.
        """
        ...

    async def advance(self, delivery: Delivery, step: Advance) -> None:
        """Keep the artefact, tell that the stage is done, and hand the job on."""
        ...

    async def retry_later(self, delivery: Delivery, *, delay_seconds: float) -> None:
        """Put the delivery back into its mailbox after `delay_seconds`."""
        ...

    async def finish(self, delivery: Delivery, step: Finish) -> None:
        """Keep the last artefact, tell that the stage is done, and end the job."""
        ...

    async def fail(self, delivery: Delivery, step: Fail) -> None:
        """End the job as failed."""
        ...

    async def tell(self, delivery: Delivery, notes: Sequence[Note]) -> None:
        """Append to the job's log while the stage is at work."""
        ...

    async def wake(self) -> None:
        """Return due retries to their mailboxes, admit what may run, forget what is past its retention."""
        ...


class Tail(Protocol):
    """Events as they come, for ever; a cancelled wait loses none."""

    def __aiter__(self) -> "Tail":
        """Itself."""
        ...

    async def __anext__(self) -> Event:
        """The next one."""
        ...

    async def some(self, *, seconds: float) -> list[Event]:
        """All that are there; if there are none, those that come first, or none at all within `seconds`."""
        ...


class Events(Protocol):
    """The jobs' logs."""

    async def read(self, job_id: str, *, after: int = 0, limit: int = 1_000) -> list[Event]:
        """The events numbered above `after`, in order."""
        ...

    def subscribe(self, followed: str | EventType | None = None) -> AbstractAsyncContextManager[Tail]:
        """The events of one job (by its id), those of one type, or all, from now on.

        A reader that falls far behind, or an outage, may miss some; it sees a gap in `seq`.
        """
        ...


class Ledger(Protocol):
    """Calls already made for a job, their answers, and what all of them have cost.

    A call that costs is held first, at the most it can cost, and settled by `put` or `let_go`. A hold that is never
    settled, because its process died, counts against the budget to the end: it may have been paid.
    """

    async def get(self, job_id: str, request: str) -> bytes | None:
        """The answer recorded under this request hash."""
        ...

    async def hold(self, job_id: str, request: str, most: Spending, budget: Budget) -> bool:
        """Set aside `most`; False, and nothing set aside, when what is spent and held would come over `budget` with it.

        Raises:
            JobNotFoundError: there is no such job, or no longer.
        """
        ...

    async def put(self, job_id: str, request: str, answer: bytes, *, stage: str, spent: Spending) -> bytes:
        """Record an answer; the first one wins, and is what comes back. What was spent is counted each time.

        Raises:
            JobNotFoundError: there is no such job, or no longer.
        """
        ...

    async def let_go(self, job_id: str, request: str) -> None:
        """Release the hold: the call was not made, or was refused without cost."""
        ...


class Cache(Protocol):
    """Values with a time to live, by namespace; may forget any of them at any time."""

    async def get(self, namespace: str, key: str) -> bytes | None:
        """The value, unless it is unknown or too old."""
        ...

    async def set(self, namespace: str, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep a value for at most `ttl_seconds`."""
        ...

    async def claim(self, namespace: str, key: str, *, seconds: float) -> bool:
        """Whether the caller is the one to make this value; nobody else is until it is set, or `seconds` are over."""
        ...

    async def clear(self, namespace: str) -> int:
        """Forget one namespace; answers how many values went."""
        ...

    async def counts(self) -> dict[str, CacheCounts]:
        """How often values were found, by namespace, in all processes together."""
        ...


class Buckets(Protocol):
    """Rates, counted by the store's clock for all processes together; a name says what is counted: `host:a.example`."""

    async def take(self, name: str, *, per_second: float, burst: int) -> float:
        """Take one token: 0.0 when there was one, else the seconds until there is, and nothing was taken."""
        ...

    async def reserve(self, name: str, *, interval_seconds: float) -> float:
        """Take the next place in a line with this distance between places; answers the seconds until it is due."""
        ...


class Breakers(Protocol):
    """What is better left alone for a while, known to all processes; a name says what: `search:brave`."""

    async def wait(self, name: str) -> float:
        """0.0: it may be tried, after a pause by one caller at a time; else the seconds until it may be."""
        ...

    async def worked(self, name: str) -> None:
        """It answers: the count of failures starts anew, and a pause is over."""
        ...

    async def failed(self, name: str, *, most: int, pause_seconds: float) -> None:
        """Count a failure; from the `most`th in a row on it is left alone for `pause_seconds`."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """The ports of one store, which share its state.

    `tier` is `memory`, `embedded` or `redis`; `ping` answers when the store does, else raises `TransientError`.
    """

    tier: str
    ping: Callable[[], Awaitable[None]]
    jobs: Jobs
    mailboxes: Mailboxes
    events: Events
    ledger: Ledger
    cache: Cache
    buckets: Buckets
    breakers: Breakers
