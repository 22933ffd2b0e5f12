"""Mailboxes for workers: a lease that has ended makes an entry free again, and whoever held it is fenced off."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from actors.domain.events import EventType, Note
from actors.domain.job import Job
from actors.store.memory.state import Entry, Row, State
from actors.store.records import SUSPECT_HAND_OUTS, Advance, DeadLetter, Delivery, Fail, Finish, Token


@dataclass(frozen=True, slots=True)
class MemoryMailboxes:
    """`ports.Mailboxes` over the shared state."""

    state: State

    async def claim(
        self, stage: str, consumer: str, *, limit: int, lease_seconds: float, suspects: int
    ) -> list[Delivery]:
        """See `ports.Mailboxes`."""
        left = [entry for entry in self._due(stage) if entry.consumer is not None]
        tried = [entry for entry in left if entry.count + 1 < SUSPECT_HAND_OUTS]
        allowed = tried + [entry for entry in left if entry not in tried][:suspects]
        return [self._hand_out(entry, consumer, lease_seconds) for entry in allowed[:limit]]

    async def take(
        self, stage: str, consumer: str, *, limit: int, lease_seconds: float, block_seconds: float
    ) -> list[Delivery]:
        """See `ports.Mailboxes`."""
        arrival = self.state.arrival(stage)
        arrival.clear()
        if not (free := self._free(stage)) and block_seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(block_seconds):
                    await arrival.wait()
            free = self._free(stage)
        return [self._hand_out(entry, consumer, lease_seconds) for entry in free[:limit]]

    def _free(self, stage: str) -> list[Entry]:
        return [entry for entry in self._due(stage) if entry.consumer is None]

    def _due(self, stage: str) -> list[Entry]:
        now = self.state.clock()
        return [entry for entry in self.state.mailboxes.get(stage, {}).values() if entry.due <= now]

    def _hand_out(self, entry: Entry, consumer: str, lease_seconds: float) -> Delivery:
        entry.consumer, entry.lease_seconds = consumer, lease_seconds
        entry.due = self.state.clock() + lease_seconds
        entry.count += 1
        entry.attempts += 1
        token = Token(entry.stage, entry.id, consumer, entry.count)
        return Delivery(entry.job_id, entry.round, entry.attempts, token)

    async def renew(self, tokens: Collection[Token]) -> set[Token]:
        """See `ports.Mailboxes`."""
        held = set()
        for token in tokens:
            if entry := self.state.held(token):
                entry.due = self.state.clock() + entry.lease_seconds
                held.add(token)
        return held

    async def release(self, tokens: Collection[Token]) -> None:
        """See `ports.Mailboxes`."""
        for token in tokens:
            if entry := self.state.held(token):
                self._give_back(entry)

    def _give_back(self, entry: Entry) -> None:
        entry.consumer, entry.due = None, 0.0
        entry.attempts -= 1
        self.state.arrival(entry.stage).set()

    async def leave(self, stage: str, consumer: str) -> None:
        """See `ports.Mailboxes`."""
        for entry in self.state.mailboxes.get(stage, {}).values():
            if entry.consumer == consumer:
                self._give_back(entry)

    async def begin(self, delivery: Delivery) -> tuple[Job, dict[str, bytes]]:
        """See `ports.Mailboxes`."""
        row = self.state.holder(delivery)
        once = f"started:{delivery.key}"
        self.state.append(row, [Note(EventType.STAGE, delivery.token.stage, {"state": "started"}, once)])
        return row.job, dict(row.artefacts)

    async def advance(self, delivery: Delivery, step: Advance) -> None:
        """See `ports.Mailboxes`."""
        if row := self.state.fenced("advance", delivery):
            self._keep(row, delivery, step)
            self.state.withdraw(row)
            if step.pages is not None:
                usage = row.job.usage.model_copy(update={"pages": step.pages})
                row.job = row.job.model_copy(update={"usage": usage})
            self.state.post(row, step.stage, step.round)

    async def retry_later(self, delivery: Delivery, *, delay_seconds: float) -> None:
        """See `ports.Mailboxes`."""
        if self.state.fenced("retry_later", delivery):
            entry = self.state.mailboxes[delivery.token.stage][delivery.token.entry]
            entry.consumer, entry.due = None, self.state.clock() + delay_seconds

    async def finish(self, delivery: Delivery, step: Finish) -> None:
        """See `ports.Mailboxes`."""
        if row := self.state.fenced("finish", delivery):
            self._keep(row, delivery, step)
            reason = {"stop_reason": step.stop_reason} if step.stop_reason else {}
            self.state.end(row, Note(type=EventType(step.status.value), data=step.data), **reason)

    def _keep(self, row: Row, delivery: Delivery, step: Advance | Finish) -> None:
        row.artefacts[delivery.key] = step.artefact
        data = {"state": "done", "seconds": round(step.seconds, 3)}
        self.state.append(row, [Note(EventType.STAGE, delivery.token.stage, data)])

    async def fail(self, delivery: Delivery, step: Fail) -> None:
        """See `ports.Mailboxes`."""
        if row := self.state.fenced("fail", delivery):
            if step.traceback is not None:
                self._bury(delivery, step.error, step.traceback)
            note = Note(type=EventType.FAILED, stage=delivery.token.stage, data={"error": step.error})
            self.state.end(row, note, error=step.error)

    def _bury(self, delivery: Delivery, reason: str, traceback: str) -> None:
        letter = DeadLetter(
            job_id=delivery.job_id,
            stage=delivery.token.stage,
            round=delivery.round,
            attempts=delivery.attempt,
            reason=reason,
            traceback=traceback,
            at=self.state.clock(),
        )
        self.state.dead.append(letter)

    async def tell(self, delivery: Delivery, notes: Sequence[Note]) -> None:
        """See `ports.Mailboxes`."""
        self.state.append(self.state.holder(delivery), notes)

    async def wake(self) -> None:
        """See `ports.Mailboxes`."""
        state, now = self.state, self.state.clock()
        state.admit()
        for stage, entries in state.mailboxes.items():
            if any(entry.due <= now for entry in entries.values()):
                state.arrival(stage).set()
        for job_id, row in list(state.rows.items()):
            if row.job.completed_at is None:
                continue
            age = now - row.job.completed_at
            if age > state.limits.keep_artefacts_seconds:
                row.artefacts.clear()
                row.ledger.clear()
                row.held.clear()
            if age > state.limits.keep_jobs_seconds:
                del state.rows[job_id]
