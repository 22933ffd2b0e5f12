"""Mailboxes for workers: a stream a stage, one consumer group; an entry's idle time is its lease."""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import ResponseError

from actors.domain.errors import JobDamagedError, LeaseLostError, StoreUnavailableError
from actors.domain.events import Note
from actors.domain.job import Job
from actors.store.records import SUSPECT_HAND_OUTS, Advance, Delivery, Fail, Finish, Token
from actors.store.redis import rows
from actors.store.redis.connect import redis_errors
from actors.store.redis.scripts import Scripts
from actors.store.redis.wire import Argument, Client, exchange

GROUP = "actors"

Handed = tuple[bytes, int, rows.Flat]
"""An entry as it was handed out: its id, how often, its fields."""

LOST = b"lost"
"""What a fenced script answers to a delivery that may not write."""

LOOKS_PER_LEASE = 4
"""How often a taker looks for leases that have ended."""

GRACE_SECONDS = 5.0
"""How much longer than asked a blocking read may take before its connection is given up."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RedisMailboxes:
    """`ports.Mailboxes` on a server; `reading` is the client for reads that wait."""

    scripts: Scripts
    reading: Client
    clock: Callable[[], float] = time.monotonic
    looked: dict[str, float] = field(default_factory=dict)

    async def claim(
        self, stage: str, consumer: str, *, limit: int, lease_seconds: float, suspects: int
    ) -> list[Delivery]:
        """See `ports.Mailboxes`; looked for a few times a lease."""
        now = self.clock()
        if now < self.looked.get(stage, 0.0):
            return []
        lease = round(lease_seconds * 1_000)
        with self._living_first(stage, lease_seconds):
            found = await self.scripts.run("claim", stage, consumer, lease, limit, suspects, SUSPECT_HAND_OUTS)
        if len(found) < limit:
            self.looked[stage] = now + lease_seconds / LOOKS_PER_LEASE
        return await self._sorted(stage, consumer, found)

    async def take(
        self, stage: str, consumer: str, *, limit: int, lease_seconds: float, block_seconds: float
    ) -> list[Delivery]:
        """See `ports.Mailboxes`."""
        with self._living_first(stage, lease_seconds):
            wait = min(block_seconds, lease_seconds / LOOKS_PER_LEASE)
            return await self._read(stage, consumer, limit, wait)

    @contextmanager
    def _living_first(self, stage: str, lease_seconds: float) -> Iterator[None]:
        """After an outage nothing is claimed for a while: the living could not renew either."""
        try:
            yield
        except StoreUnavailableError:
            self.looked[stage] = self.clock() + lease_seconds / 2
            raise

    async def _read(self, stage: str, consumer: str, limit: int, block_seconds: float) -> list[Delivery]:
        """New entries; a group that is not there, as after a flush, is made first."""
        mailbox = self.scripts.key("mailbox", stage)
        block = max(1, round(block_seconds * 1_000)) if block_seconds > 0 else None
        try:
            found = await self._ask(consumer, mailbox, limit, block)
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            await self._make_group(mailbox)
            found = await self._ask(consumer, mailbox, limit, block)
        entries = found[0][1] if found else []
        return await self._sorted(stage, consumer, [(entry, 1, flat) for entry, flat in entries])

    async def _sorted(self, stage: str, consumer: str, found: Sequence[Handed]) -> list[Delivery]:
        """The deliveries among the entries handed out; what is none, and came here by hand, is thrown away."""
        taken = []
        for entry, count, flat in found:
            try:
                taken.append(_delivery(stage, consumer, entry, count, rows.fields(flat)))
            except (KeyError, ValueError):
                log.warning("%s: the entry %s is no delivery and was removed: %r", stage, entry.decode(), list(flat))
                mailbox = self.scripts.key("mailbox", stage)
                await self.scripts.pipe.ask("XACK", mailbox, GROUP, entry)
                await self.scripts.pipe.ask("XDEL", mailbox, entry)
        return taken

    async def _ask(self, consumer: str, mailbox: str, limit: int, block: int | None) -> Any:  # noqa: ANN401 (redis-py's)
        waits = ("BLOCK", block) if block else ()
        command = ("XREADGROUP", "GROUP", GROUP, consumer, "COUNT", limit, *waits, "STREAMS", mailbox, ">")
        with redis_errors():
            (found,) = await exchange(self.reading, [command], seconds=(block or 0) / 1_000 + GRACE_SECONDS)
            if isinstance(found, Exception):
                raise found
        return found

    async def _make_group(self, mailbox: str) -> None:
        try:
            await self.scripts.pipe.ask("XGROUP", "CREATE", mailbox, GROUP, "0", "MKSTREAM")
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def renew(self, tokens: Collection[Token]) -> set[Token]:
        """See `ports.Mailboxes`."""
        listed = list(tokens)
        held = await self.scripts.run("renew", *_flat(listed))
        return {listed[place] for place in held}

    async def release(self, tokens: Collection[Token]) -> None:
        """See `ports.Mailboxes`."""
        await self.scripts.run("release", *_flat(list(tokens)))

    async def leave(self, stage: str, consumer: str) -> None:
        """See `ports.Mailboxes`."""
        await self.scripts.run("leave", stage, consumer)

    async def begin(self, delivery: Delivery) -> tuple[Job, dict[str, bytes]]:
        """See `ports.Mailboxes`."""
        job, artefacts = await self._write("begin", delivery)
        try:
            return rows.job(job), rows.artefacts(artefacts)
        except (KeyError, ValueError) as error:
            raise JobDamagedError(f"{rows.DAMAGED}: {' '.join(str(error).split())}") from error

    async def advance(self, delivery: Delivery, step: Advance) -> None:
        """See `ports.Mailboxes`."""
        pages = "" if step.pages is None else step.pages
        await self._write("advance", delivery, step.artefact, f"{step.seconds:.3f}", step.stage, step.round, pages)

    async def retry_later(self, delivery: Delivery, *, delay_seconds: float) -> None:
        """See `ports.Mailboxes`."""
        await self._write("retry_later", delivery, delivery.attempt, delay_seconds)

    async def finish(self, delivery: Delivery, step: Finish) -> None:
        """See `ports.Mailboxes`."""
        reason = step.stop_reason or ""
        data = rows.data(step.data)
        await self._write("finish", delivery, step.artefact, f"{step.seconds:.3f}", step.status, reason, data)

    async def fail(self, delivery: Delivery, step: Fail) -> None:
        """See `ports.Mailboxes`."""
        texts = rows.clean(step.error), rows.clean(step.traceback or "")
        await self._write("fail", delivery, delivery.attempt, *texts, rows.data({"error": step.error}))

    async def tell(self, delivery: Delivery, notes: Sequence[Note]) -> None:
        """See `ports.Mailboxes`."""
        await self._write("tell", delivery, *rows.notes(notes))

    async def _write(self, verb: str, delivery: Delivery, *arguments: Argument) -> Any:  # noqa: ANN401 (idem)
        try:
            answer = await self.scripts.write(verb, delivery, *arguments)
        except ResponseError as error:
            raise JobDamagedError(f"{rows.DAMAGED}: {error}") from error
        if answer == LOST:
            raise LeaseLostError(f"{delivery.key} of job {delivery.job_id} is no longer ours")
        return answer

    async def wake(self) -> None:
        """See `ports.Mailboxes`."""
        await self.scripts.run("wake")


def _delivery(stage: str, consumer: str, entry: bytes, count: int, row: dict[str, str]) -> Delivery:
    token = Token(stage, entry.decode(), consumer, count)
    return Delivery(row["job_id"], int(row["round"]), int(row["attempts"]) + count, token)


def _flat(tokens: Sequence[Token]) -> list[Argument]:
    return [part for token in tokens for part in (token.stage, token.entry, token.consumer, token.count)]
