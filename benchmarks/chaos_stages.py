"""A research in miniature whose query says how it behaves, and a journal that tells afterwards what really happened.

A query is a label, then `stage=behaviour` words: `7 search=wait`. The behaviours are `pool`, which works in a
process of the pool, and those of `BEHAVIOURS`; each comes after the stage's calls, which `calls=0` leaves out.
"""

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from actors.domain.analysis import Quality, Report
from actors.domain.artefacts import Plan, Published
from actors.domain.events import EventType, Note
from actors.domain.job import Job, JobStatus, Record
from actors.services.base import Services
from actors.stages.base import Artefacts

ORDER = ("plan", "search", "fetch", "index", "publish")
"""Names of real stages, so that a real edge can hand jobs to these."""
CALLS = 3
"""Calls that each stage makes through the ledger, one after the other."""

POOL_SECONDS = 0.5
LINGER_SECONDS = 0.3
POLL_SECONDS = 0.01
EMPTY = (
    "summary findings sources passages entities relations topics sentiment timeline related agreement"  # of a report
)

Recorded = Callable[[str, str], Awaitable[bool]]
"""Whether the ledger of a job holds an answer to this request hash."""


class Answer(Record):
    """What a call answers."""

    text: str


@dataclass(frozen=True, slots=True)
class Journal:
    """Lines of JSON, each written at once, so that a kill loses none that was written and leaves none by half."""

    path: Path

    def note(self, what: str, **details: object) -> None:
        """Append a line; `at` is the machine's monotonic clock, the same for all its processes."""
        line = json.dumps({"at": time.monotonic(), "pid": os.getpid(), "what": what, **details})
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, f"{line}\n".encode())
        finally:
            os.close(file)

    @contextmanager
    def span(self, **details: object) -> Iterator[None]:
        """A `begin` and, unless the process dies in between, an `end`."""
        self.note("begin", **details)
        try:
            yield
        finally:
            self.note("end", **details)


def read_journal(path: Path) -> list[dict[str, Any]]:
    """All its lines; none for a journal that was not begun yet."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


@dataclass(frozen=True, slots=True)
class ToyStage:
    """Makes its calls, tells of each once, then behaves as the query wants; `go` is a file that ends all waiting."""

    name: str
    journal: Journal
    recorded: Recorded
    go: Path
    call_seconds: float

    @property
    def artefact(self) -> type[Record]:
        """See `Stage`."""
        return Published if self.name == ORDER[-1] else Plan

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Record:
        """See `Stage`."""
        with self.journal.span(job=job.job_id, stage=self.name):
            words = behaviours(job.request.query)
            for number in range(int(words.get("calls", CALLS))):
                await self._call(job.job_id, number, services)
                data = {"call": number}
                once = f"call:{self.name}:{number}"
                await services.tell(Note(type=EventType.PROGRESS, stage=self.name, data=data, once=once))
            behaviour = words.get(self.name, "")
            if behaviour == "pool":
                await services.pool.run(work_in_pool, self.journal.path, job.job_id, POOL_SECONDS)
            elif behaviour:
                await BEHAVIOURS[behaviour](self.go, services)
        made = (*artefacts.latest(Plan).questions, self.name) if artefacts.values else (self.name,)
        return Published(report=_report(job, made)) if self.name == ORDER[-1] else Plan(questions=made)

    async def _call(self, job_id: str, number: int, services: Services) -> None:
        request = f"{self.name} {number}"
        known = await self.recorded(job_id, sha256(request.encode()).hexdigest())

        async def call() -> Answer:
            self.journal.note("call", job=job_id, stage=self.name, number=number, known=known)
            await asyncio.sleep(self.call_seconds * random.random() * 2)  # noqa: S311 (no secret)
            return Answer(text=request)

        answer = await services.recall(request, call, Answer)
        if answer.text != request:
            raise AssertionError(f"the ledger answers {answer.text!r} to {request!r}")


def toy_pipeline(journal: Journal, recorded: Recorded, go: Path, call_seconds: float) -> tuple[ToyStage, ...]:
    """All five stages."""
    return tuple(ToyStage(name, journal, recorded, go, call_seconds) for name in ORDER)


def behaviours(query: str) -> Mapping[str, str]:
    """What the query wants of its stages."""
    return dict(word.split("=", 1) for word in query.split()[1:])


def work_in_pool(journal: Path, job_id: str, seconds: float) -> None:
    """Work for a process of the pool, which notes that it is at it."""
    Journal(journal).note("pool", job=job_id)
    time.sleep(seconds)


async def _wait(go: Path, _: Services) -> None:
    while not go.exists():  # noqa: ASYNC110, ASYNC240 (another process makes it)
        await asyncio.sleep(POLL_SECONDS)


async def _hang(_: Path, __: Services) -> None:
    await asyncio.Event().wait()


async def _die(_: Path, __: Services) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _linger(_: Path, __: Services) -> None:
    await asyncio.sleep(LINGER_SECONDS)


async def _raise(_: Path, __: Services) -> None:
    raise ValueError("a bug")


async def _pool_dies(_: Path, services: Services) -> None:
    await services.pool.run(os._exit, 1)


BEHAVIOURS: Mapping[str, Callable[[Path, Services], Awaitable[None]]] = {
    "wait": _wait,
    "hang": _hang,
    "die": _die,
    "linger": _linger,
    "raise": _raise,
    "pool-dies": _pool_dies,
}


def _report(job: Job, made: tuple[str, ...]) -> Report:
    return Report(
        job_id=job.job_id,
        query=" ".join(made),
        status=JobStatus.COMPLETED,
        quality=Quality(citation_precision=0, citation_recall=0, cited_share=0),
        created_at="2026-01-01T00:00:00+00:00",
        **dict.fromkeys(EMPTY.split(), ()),
    )
