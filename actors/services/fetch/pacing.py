"""How a host is spared: few requests at once, and as much time between them as it asks for."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

Pace = Callable[[str, float], Awaitable[None]]
"""Waits for a host's turn: `await pace(host, seconds between its requests)`."""


class LocalPace:
    """The pace within one process; `clock` gives seconds from any start."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}

    async def __call__(self, host: str, seconds: float) -> None:
        """Wait until `seconds` after the host's last turn."""
        now = self._clock()
        self._next = {name: turn for name, turn in self._next.items() if turn > now}
        turn = self._next.get(host, now)
        self._next[host] = turn + seconds
        if turn > now:
            await self._sleep(turn - now)


class HostTurns:
    """Lets `per_host` requests to a host run at once, each after `pace` let it pass."""

    def __init__(self, per_host: int, pace: Pace) -> None:
        self._per_host = per_host
        self._pace = pace
        self._slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(
        self, host: str, seconds: float, timer: asyncio.Timeout, check: Callable[[], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """Hold one of the host's places; `timer` stands still while waiting for it.

        `check` is called as soon as there is a place, before the pace is kept; what it raises ends the turn.
        """
        loop = asyncio.get_running_loop()
        slots = self._slots.setdefault(host, asyncio.Semaphore(self._per_host))
        left = (timer.when() or 0.0) - loop.time()
        timer.reschedule(None)
        async with slots:
            await check()
            await self._pace(host, seconds)
            timer.reschedule(loop.time() + left)
            yield
