"""The calls of one delivery that are worth recording: each is paid once, and only within what is left of the budget."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from actors.domain.errors import BudgetError, ResearchError, UnknownOutcomeError
from actors.domain.job import Job, Spending
from actors.services.base import Answer, nothing_spent
from actors.store.ports import Ledger

NO_ROOM = "the job's budget has no room for this call (one that was cut off counts in full, for it may have been paid)"


@dataclass(slots=True)
class Calls:
    """`services.base.Recall` for one job in one stage."""

    ledger: Ledger
    job: Job
    stage: str
    _held: int = 0
    _settled: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(
        self,
        request: str,
        call: Callable[[], Awaitable[Answer]],
        kind: type[Answer],
        *,
        most: Spending | None = None,
        spent: Callable[[Answer], Spending] = nothing_spent,
    ) -> Answer:
        """See `services.base.Recall`."""
        key = hashlib.sha256(request.encode()).hexdigest()
        recorded = await self.ledger.get(self.job.job_id, key)
        if recorded is None:
            budget = self.job.request.budget
            if most is None or (budget.usd is None and budget.tokens is None):
                recorded = await self._record(key, await call(), spent)
            else:
                recorded = await self._within(key, most, call, spent)
        return kind.model_validate_json(recorded)

    async def _record(self, key: str, answer: Answer, spent: Callable[[Answer], Spending]) -> bytes:
        text = answer.model_dump_json().encode()
        return await self.ledger.put(self.job.job_id, key, text, stage=self.stage, spent=spent(answer))

    async def _within(
        self, key: str, most: Spending, call: Callable[[], Awaitable[Answer]], spent: Callable[[Answer], Spending]
    ) -> bytes:
        """Hold, call, settle; a call that was cut off, or whose outcome is unknown, stays held: it may have been paid.

        The outcome is unknown where the error, or what it was raised from, is an `UnknownOutcomeError`.
        """
        await self._hold(key, most)
        try:
            try:
                answer = await call()
            except ResearchError as error:
                if not any(isinstance(one, UnknownOutcomeError) for one in (error, error.__cause__)):
                    await self.ledger.let_go(self.job.job_id, key)
                raise
            return await self._record(key, answer, spent)
        finally:
            self._held -= 1
            async with self._settled:
                self._settled.notify_all()

    async def _hold(self, key: str, most: Spending) -> None:
        """Set aside what the call may cost; while other calls are under way, what they leave over is waited for."""
        async with self._settled:
            while not await self.ledger.hold(self.job.job_id, key, most, self.job.request.budget):
                if not self._held:
                    raise BudgetError(NO_ROOM)
                await self._settled.wait()
            self._held += 1


def time_left(
    job: Job, *, clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
) -> Callable[[], float | None]:
    """`services.base.TimeLeft` for the job, from when its work started."""
    seconds = job.request.budget.seconds
    if seconds is None:
        return lambda: None
    end = monotonic() + (job.started_at or clock()) + seconds - clock()
    return lambda: max(0.0, end - monotonic())
