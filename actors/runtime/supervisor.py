"""Loops that must not end: one that fails starts again alone; one that fails too often takes the engine down.

You may rely on this: a child that raises never stops its siblings; waits between restarts grow; failures are
forgotten with time (`n = n * 0.5 ** (dt / decay) + 1`), so a rare one never adds up; once unhealthy, all children
are asked to stop and `healthy` stays False.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from actors.runtime.backoff import Backoff
from actors.runtime.notices import ChildFailed, Listener, Unhealthy
from actors.runtime.pause import pause

Child: TypeAlias = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Intensity:
    """A failure count that halves every `decay_seconds`."""

    decay_seconds: float
    count: float = 0.0
    at: float = 0.0

    def add(self, now: float) -> float:
        """Count one more failure at `now`; answers the count."""
        self.count = self.count * 0.5 ** ((now - self.at) / self.decay_seconds) + 1
        self.at = now
        return self.count


class Supervisor:
    """Runs children one-for-one: they share no memory, so none needs its siblings restarted."""

    def __init__(
        self,
        children: Mapping[str, Child],
        *,
        listener: Listener,
        max_intensity: float = 5.0,
        decay_seconds: float = 30.0,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.given_up: tuple[str, ...] = ()
        self._children = children
        self._listener = listener
        self._max_intensity = max_intensity
        self._decay_seconds = decay_seconds
        self._backoff = backoff or Backoff(base_seconds=0.1, cap_seconds=10.0)
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._stop = asyncio.Event()
        self._gave_up = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def healthy(self) -> bool:
        """Whether no child has failed too often."""
        return not self.given_up

    async def failed(self) -> None:
        """Until a child has failed too often."""
        await self._gave_up.wait()

    def start(self) -> None:
        """Start every child."""
        for name, child in self._children.items():
            self._tasks.add(asyncio.create_task(self._keep(name, child), name=name))

    async def wait(self) -> None:
        """Until every child has ended, which happens after `drain` or when unhealthy."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def drain(self, seconds: float) -> None:
        """Ask all children to stop, wait up to `seconds` for them, then cancel the rest."""
        self._stop.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _keep(self, name: str, child: Child) -> None:
        intensity = Intensity(self._decay_seconds, at=self._clock())
        while not self._stop.is_set():
            try:
                await child(self._stop)
                if not self._stop.is_set():
                    raise RuntimeError("ended without being asked to")  # noqa: TRY301 (it is counted as any failure)
            except Exception as error:  # noqa: BLE001 (whatever a child dies of, its siblings live)
                count = intensity.add(self._clock())
                if count > self._max_intensity:
                    self._give_up(name, error)
                    return
                delay = self._backoff.delay_seconds(round(count), jitter=self._jitter())
                self._listener(ChildFailed(name, error, delay))
                await pause(self._stop, delay, sleep=self._sleep)

    def _give_up(self, name: str, error: Exception) -> None:
        self.given_up = (*self.given_up, name)
        self._gave_up.set()
        self._stop.set()
        self._listener(Unhealthy(name, error))
