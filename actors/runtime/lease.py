"""Leases of everything this process works on, renewed together, so that only the dead and the cut-off lose them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from actors.domain.errors import TransientError
from actors.runtime.pause import pause
from actors.store.ports import Delivery, Mailboxes, Token

RENEWALS_PER_LEASE = 4
DRAIN_POLL_SECONDS = 0.02


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
        self._held: dict[Token, tuple[str, asyncio.Task[Any]]] = {}

    @property
    def busy(self) -> int:
        """How many deliveries are worked on right now."""
        return len(self._held)

    def hold(self, delivery: Delivery, work: asyncio.Task[Any]) -> None:
        """Renew this lease until `drop`."""
        self._held[delivery.token] = (delivery.job_id, work)

    def drop(self, delivery: Delivery) -> None:
        """Renew it no longer."""
        self._held.pop(delivery.token, None)

    def revoke(self, job_id: str) -> None:
        """Cancel all work on a job that is over."""
        for holder, work in self._held.values():
            if holder == job_id:
                work.cancel()

    async def renew(self) -> None:
        """Renew all leases in one call and cancel the work whose lease is gone."""
        if not (tokens := set(self._held)):
            return
        held = await self._mailboxes.renew(tokens)
        for token in tokens - held:
            if token in self._held:
                self._held[token][1].cancel()

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
