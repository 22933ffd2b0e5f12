"""One stage's deliveries, worked on side by side: taken under leases, retried, failed or handed on, never dropped."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from actors.domain.errors import LeaseLostError, StoreUnavailableError, TransientError
from actors.runtime.backoff import Backoff, RetryPolicy
from actors.runtime.lease import LeaseKeeper
from actors.runtime.notices import JobFailed, LeaseLost, Listener, StageRetried, StoreLost, StoreRegained
from actors.runtime.pause import pause
from actors.store.ports import Advance, Delivery, Fail, Finish, Mailboxes

BLOCK_SECONDS = 2.0

OUTAGE = Backoff(base_seconds=0.1, cap_seconds=2.0)
"""How long to wait between two looks at a store that does not answer."""

HAND_BACK_SECONDS = 1.0
"""How long work that the store has failed is kept: a full one would hand it out again at once."""

LEAVE_SECONDS = 2.0
"""How long the end of an actor may wait for a store that is silent; what it held comes back when the leases end."""

Work: TypeAlias = Callable[[Delivery], Coroutine[Any, Any, Advance | Finish]]


@dataclass(frozen=True, slots=True)
class Retry:
    """Try the delivery again after `delay_seconds`."""

    delay_seconds: float


@dataclass(frozen=True, slots=True)
class HandBack:
    """Give the delivery back as it came: the attempt does not count."""


Step: TypeAlias = Advance | Finish | Fail | Retry | HandBack


class Actor:
    """Takes a stage's deliveries up to its free capacity and sees each one to its next step.

    `deadline_seconds` bounds one attempt; work that outlives it is cancelled and counts as failed.
    """

    def __init__(
        self,
        stage: str,
        work: Work,
        mailboxes: Mailboxes,
        keeper: LeaseKeeper,
        *,
        consumer: str,
        listener: Listener,
        policy: RetryPolicy,
        concurrency: int = 8,
        deadline_seconds: float = 600.0,
        leave_seconds: float = LEAVE_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.stage = stage
        self._work = work
        self._mailboxes = mailboxes
        self._keeper = keeper
        self._consumer = consumer
        self._listener = listener
        self._policy = policy
        self._concurrency = concurrency
        self._deadline_seconds = deadline_seconds
        self._leave_seconds = leave_seconds
        self._sleep = sleep
        self._jitter = jitter
        self._tasks: set[asyncio.Task[None]] = set()
        self._outages = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Take and work until `stop` is set, then finish what is at hand; cancelled, hand it back instead."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                if len(self._tasks) >= self._concurrency:
                    await asyncio.wait({stopped, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await self._take_or_wait(stop, stopped)
                self._reap()
            if self._tasks:
                await asyncio.wait(self._tasks)
            self._reap()
        finally:
            stopped.cancel()
            await self._abandon()
            with suppress(TransientError, TimeoutError):
                async with asyncio.timeout(self._leave_seconds):
                    await self._mailboxes.leave(self.stage, self._consumer)

    async def _take_or_wait(self, stop: asyncio.Event, stopped: asyncio.Task[bool]) -> None:
        """Take what there is; a store that does not answer is no failure of this loop, it is waited for."""
        try:
            await self._take(stopped)
        except StoreUnavailableError as error:
            if not self._outages:
                self._listener(StoreLost(self.stage, error))
            self._outages += 1
            await pause(stop, OUTAGE.delay_seconds(self._outages, jitter=self._jitter()), sleep=self._sleep)
        else:
            if self._outages:
                self._listener(StoreRegained(self.stage))
            self._outages = 0

    async def _take(self, stopped: asyncio.Task[bool]) -> None:
        taking = asyncio.create_task(
            self._mailboxes.take(
                self.stage,
                self._consumer,
                limit=self._concurrency - len(self._tasks),
                lease_seconds=self._keeper.lease_seconds,
                block_seconds=BLOCK_SECONDS,
            )
        )
        going_on = False
        try:
            await asyncio.wait({taking, stopped}, return_when=asyncio.FIRST_COMPLETED)
            going_on = not stopped.done()
        finally:
            if not taking.done():
                taking.cancel()
                await asyncio.wait({taking})
            taken = [] if taking.cancelled() else taking.result()
            if not going_on and taken:
                with suppress(TransientError):
                    await self._mailboxes.release([delivery.token for delivery in taken])
        for delivery in taken if going_on else []:
            self._tasks.add(asyncio.create_task(self._handle(delivery)))

    def _reap(self) -> None:
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.discard(task)
            task.result()

    async def _abandon(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._tasks.clear()

    async def _handle(self, delivery: Delivery) -> None:
        try:
            step: Step | None
            if step := self._policy.poisoned(delivery.attempt):
                self._listener(JobFailed(delivery, step.error, None))
            else:
                step = await self._attempt(delivery)
            if step is not None:
                await self._carry_out(delivery, step)
        except LeaseLostError:
            self._listener(LeaseLost(delivery))
        finally:
            self._keeper.drop(delivery)

    async def _attempt(self, delivery: Delivery) -> Step | None:
        """What the work's end asks for; None when the work was taken away from us."""
        work = asyncio.create_task(self._work(delivery))
        self._keeper.hold(delivery, work)
        try:
            await asyncio.wait({work}, timeout=self._deadline_seconds)
        finally:
            late = not work.done()
            if late:
                work.cancel()
                await asyncio.wait({work})
        if late:
            return self._judge(delivery, TimeoutError(f"not done within {self._deadline_seconds:g} s"))
        if work.cancelled():
            self._listener(LeaseLost(delivery))
            return None
        error = work.exception()
        if isinstance(error, LeaseLostError):
            raise error
        return work.result() if error is None else self._judge(delivery, error)

    def _judge(self, delivery: Delivery, error: BaseException) -> Step:
        if isinstance(error, StoreUnavailableError):
            return HandBack()
        decision = self._policy.decide(error, delivery.attempt, jitter=self._jitter())
        if isinstance(decision, Fail):
            self._listener(JobFailed(delivery, decision.error, error))
            return decision
        self._listener(StageRetried(delivery, error, decision))
        return Retry(decision)

    async def _carry_out(self, delivery: Delivery, step: Step) -> None:
        if isinstance(step, HandBack):
            await self._sleep(HAND_BACK_SECONDS)
        failures = 0
        while True:
            try:
                return await self._transition(delivery, step)
            except TransientError:
                failures += 1
                await self._sleep(OUTAGE.delay_seconds(failures, jitter=self._jitter()))

    async def _transition(self, delivery: Delivery, step: Step) -> None:
        match step:
            case Advance():
                await self._mailboxes.advance(delivery, step)
            case Finish():
                await self._mailboxes.finish(delivery, step)
            case Fail():
                await self._mailboxes.fail(delivery, step)
            case Retry():
                await self._mailboxes.retry_later(delivery, delay_seconds=step.delay_seconds)
            case HandBack():
                await self._mailboxes.release([delivery.token])
