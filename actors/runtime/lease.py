"""Leases of everything this process works on, renewed together, so that only the dead and the cut-off lose them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from actors.domain.errors import TransientError
from actors.runtime.pause import pause
from actors.store.ports import Mailboxes
from actors.store.records import Delivery, Token

RENEWALS_PER_LEASE = 4
DRAIN_POLL_SECONDS = 0.02


@dataclass(slots=True)
class Hold:
    """A lease that is renewed; `revoked` when its work was cancelled because the lease is gone or the job is over."""

    delivery: Delivery
    work: asyncio.Task[Any] | None = None
    revoked: bool = False

    def revoke(self) -> None:
        """Cancel the work, unless it has come to its end already."""
        if self.work is not None:
            self.revoked = True
            self.work.cancel()

    def ended(self) -> None:
        """The work is done: the lease is held on until what follows from it is written."""
        self.work = None


class LeaseKeeper:
    """Holds the leases of running work; work whose lease is lost is cancelled."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        *,
        lease_seconds: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.lease_seconds = lease_seconds
        self._mailboxes = mailboxes
        self._sleep = sleep
        self._held: dict[Token, Hold] = {}
        self._claiming = asyncio.Lock()

    @property
    def busy(self) -> int:
        """How many deliveries are worked on right now."""
        return len(self._held)

    def hold(self, delivery: Delivery) -> Hold:
        """Renew this lease until `drop`; lost, it takes the hold's work with it."""
        hold = self._held[delivery.token] = Hold(delivery)
        return hold

    def drop(self, delivery: Delivery) -> None:
        """Renew it no longer."""
        self._held.pop(delivery.token, None)

    def leave(self, stage: str) -> None:
        """Renew nothing of this stage any longer."""
        for token in [token for token in self._held if token.stage == stage]:
            del self._held[token]

    @asynccontextmanager
    async def room_for_suspects(self) -> AsyncIterator[int]:
        """How many suspect deliveries may be claimed, and held, within the block: one at a time in the whole process.

        What kills its process then takes no other with it that has been hit twice.
        """
        async with self._claiming:
            yield 0 if any(token.suspect for token in self._held) else 1

    def revoke(self, job_id: str) -> None:
        """Cancel all work on a job that is over."""
        for hold in self._held.values():
            if hold.delivery.job_id == job_id:
                hold.revoke()

    async def renew(self) -> None:
        """Renew all leases in one call and cancel the work whose lease is gone."""
        if not (tokens := set(self._held)):
            return
        held = await self._mailboxes.renew(tokens)
        for token in tokens - held:
            if token in self._held:
                self._held[token].revoke()

    async def run(self, stop: asyncio.Event) -> None:
        """Renew four times a lease until `stop` is set, and on until nothing is held any more."""
        while await pause(stop, self.lease_seconds / RENEWALS_PER_LEASE, sleep=self._sleep):
            with suppress(TransientError):
                await self.renew()
        waited = 0.0
        while self._held:
            await self._sleep(DRAIN_POLL_SECONDS)
            waited += DRAIN_POLL_SECONDS
            if waited >= self.lease_seconds / RENEWALS_PER_LEASE:
                waited = 0.0
                with suppress(TransientError):
                    await self.renew()
