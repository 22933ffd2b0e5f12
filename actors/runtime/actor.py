"""One stage's deliveries, worked on side by side: taken under leases, retried, failed or handed on, never dropped."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from actors.domain.errors import JobDamagedError, LeaseLostError, StoreUnavailableError, TransientError
from actors.runtime.backoff import Backoff, RetryPolicy
from actors.runtime.lease import Hold, LeaseKeeper
from actors.runtime.notices import JobFailed, LeaseLost, Listener, StageRetried, StoreLost, StoreRegained
from actors.runtime.pause import pause
from actors.store.ports import Mailboxes
from actors.store.records import Advance, Delivery, Fail, Finish

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
        """Start what there is, or comes before `stopped`."""
        taking = asyncio.create_task(self._ask(self._concurrency - len(self._tasks)))
        try:
            await asyncio.wait({taking, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not taking.done():
                taking.cancel()
                await asyncio.wait({taking})
        holds = [] if taking.cancelled() else taking.result()
        if stopped.done():
            await self._hand_back(holds)
        else:
            self._start(holds)

    async def _ask(self, room: int) -> list[Hold]:
        lease = self._keeper.lease_seconds
        async with self._keeper.room_for_suspects() as suspects:
            left = await self._mailboxes.claim(
                self.stage, self._consumer, limit=room, lease_seconds=lease, suspects=suspects
            )
            if left:
                return [self._keeper.hold(delivery) for delivery in left]
        new = await self._mailboxes.take(
            self.stage, self._consumer, limit=room, lease_seconds=lease, block_seconds=BLOCK_SECONDS
        )
        return [self._keeper.hold(delivery) for delivery in new]

    async def _hand_back(self, holds: Sequence[Hold]) -> None:
        for hold in holds:
            self._keeper.drop(hold.delivery)
        if holds:
            with suppress(TransientError):
                await self._mailboxes.release([hold.delivery.token for hold in holds])

    def _start(self, holds: Sequence[Hold]) -> None:
        for hold in holds:
            hold.work = asyncio.create_task(self._handle(hold))
            hold.work.add_done_callback(partial(self._ended, hold))
            self._tasks.add(hold.work)

    def _ended(self, hold: Hold, _: asyncio.Task[None]) -> None:
        """Not at the end of `_handle`: a task that is cancelled before it has begun does not come there."""
        self._keeper.drop(hold.delivery)

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
        self._keeper.leave(self.stage)

    async def _handle(self, hold: Hold) -> None:
        delivery = hold.delivery
        try:
            step = await self._attempt(delivery)
            hold.ended()
            await self._carry_out(delivery, step)
        except LeaseLostError:
            self._listener(LeaseLost(delivery))
        except asyncio.CancelledError:
            if not hold.revoked:
                raise
            self._listener(LeaseLost(delivery))

    async def _attempt(self, delivery: Delivery) -> Step:
        """What the work's end asks for, however it ends; a lost lease and a cancellation come through."""
        if poisoned := self._policy.poisoned(delivery.attempt):
            self._listener(JobFailed(delivery, poisoned.error, None))
            return poisoned
        try:
            async with asyncio.timeout(self._deadline_seconds) as deadline:
                return await self._work(delivery)
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001 (a stage may die of anything; the policy says what comes of it)
            late = TimeoutError(f"not done within {self._deadline_seconds:g} s")
            return self._judge(delivery, late if deadline.expired() else error)

    def _judge(self, delivery: Delivery, error: Exception) -> Step:
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
            except JobDamagedError as error:
                if isinstance(step, Fail):
                    raise
                step = self._judge(delivery, error)

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
