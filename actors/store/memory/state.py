"""The one state that all ports of a memory store share: plain dicts, changed only between two awaits."""

import asyncio
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from actors.domain.errors import JobNotFoundError, LeaseLostError
from actors.domain.events import Event, EventType, Note
from actors.domain.job import Job, JobStatus, Spending
from actors.store.fanout import Fanout
from actors.store.records import DeadLetter, Delivery, Limits, Token

DEAD_LETTERS_KEPT = 1_000


@dataclass(slots=True)
class Entry:
    """One job in one mailbox. `due` is when its lease ends while `consumer` holds it, or when a retry may start."""

    id: str
    stage: str
    job_id: str
    round: int
    attempts: int = 0
    count: int = 0
    consumer: str | None = None
    due: float = 0.0
    lease_seconds: float = 0.0


@dataclass(slots=True)
class Row:
    """All that is kept of one job."""

    job: Job
    entry: Entry | None = None
    artefacts: dict[str, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    ledger: dict[str, bytes] = field(default_factory=dict)
    held: dict[str, list[Spending]] = field(default_factory=dict)
    done: set[tuple[str, Token]] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """Jobs, mailboxes and events of one process."""

    first_stage: str
    limits: Limits
    clock: Callable[[], float]
    rows: dict[str, Row] = field(default_factory=dict)
    pending: OrderedDict[str, deque[str]] = field(default_factory=OrderedDict)
    mailboxes: dict[str, OrderedDict[str, Entry]] = field(default_factory=dict)
    dead: deque[DeadLetter] = field(default_factory=lambda: deque(maxlen=DEAD_LETTERS_KEPT))
    fanout: Fanout = field(default_factory=Fanout)
    arrivals: dict[str, asyncio.Event] = field(default_factory=dict)
    running: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def row(self, job_id: str) -> Row:
        """The job's row, or `JobNotFoundError`."""
        try:
            return self.rows[job_id]
        except KeyError:
            raise JobNotFoundError(f"there is no job {job_id}") from None

    def arrival(self, stage: str) -> asyncio.Event:
        """Set whenever something came into the stage's mailbox."""
        return self.arrivals.setdefault(stage, asyncio.Event())

    def append(self, row: Row, notes: Iterable[Note]) -> None:
        """Number the notes, add them to the job's log and show them to the subscribers."""
        for note in notes:
            if note.once and note.once in row.told:
                continue
            row.told.add(note.once)
            event = Event(
                seq=row.job.seq + 1,
                job_id=row.job.job_id,
                type=note.type,
                stage=note.stage,
                at=self.clock(),
                data=note.data,
            )
            row.job = row.job.model_copy(update={"seq": event.seq})
            row.events.append(event)
            self.fanout.publish(event)

    def post(self, row: Row, stage: str, round_: int) -> None:
        """Put the job into a stage's mailbox."""
        entry = Entry(id=str(next(self.numbers)), stage=stage, job_id=row.job.job_id, round=round_)
        row.entry = entry
        row.job = row.job.model_copy(update={"stage": stage, "round": round_})
        self.mailboxes.setdefault(stage, OrderedDict())[entry.id] = entry
        self.arrival(stage).set()

    def withdraw(self, row: Row) -> None:
        """Take the job out of its mailbox."""
        if row.entry is not None:
            del self.mailboxes[row.entry.stage][row.entry.id]
            row.entry = None

    def admit(self) -> None:
        """Let waiting jobs run, one of each tenant in turn, up to `max_running`."""
        while self.pending and self.running < self.limits.max_running:
            tenant, waiting = next(iter(self.pending.items()))
            row = self.rows[waiting.popleft()]
            self.pending.move_to_end(tenant)
            if not waiting:
                del self.pending[tenant]
            self.running += 1
            row.job = row.job.model_copy(update={"status": JobStatus.RUNNING, "started_at": self.clock()})
            self.append(row, [Note(type=EventType.STARTED)])
            self.post(row, self.first_stage, 0)

    def end(self, row: Row, note: Note, **changes: object) -> None:
        """Make the job terminal, tell so as its last event, and let the next one in."""
        if row.job.status is JobStatus.RUNNING:
            self.running -= 1
        self.withdraw(row)
        status = JobStatus(note.type.value)
        row.job = row.job.model_copy(update={"status": status, "completed_at": self.clock(), **changes})
        self.append(row, [note])
        self.admit()

    def held(self, token: Token) -> Entry | None:
        """The entry that this token still holds."""
        entries = self.mailboxes.get(token.stage)
        entry = entries.get(token.entry) if entries else None
        if entry is None or (entry.consumer, entry.count) != (token.consumer, token.count):
            return None
        return entry

    def fenced(self, verb: str, delivery: Delivery) -> Row | None:
        """The row that this delivery may change; None when the same transition was made before.

        Raises:
            LeaseLostError: the delivery is another worker's, or its job is over.
        """
        row = self.rows.get(delivery.job_id)
        if row is not None and (verb, delivery.token) in row.done:
            return None
        row = self.holder(delivery)
        row.done.add((verb, delivery.token))
        return row

    def holder(self, delivery: Delivery) -> Row:
        """The row of a delivery that still holds its entry, or `LeaseLostError`."""
        if self.held(delivery.token) is None:
            raise LeaseLostError(f"{delivery.key} of job {delivery.job_id} is no longer ours")
        return self.row(delivery.job_id)
