"""One stream of events, many readers: each has a bounded backlog, and one that lags loses events, never memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.domain.events import Event, EventType

BACKLOG_OF_ALL = 10_000
BACKLOG_OF_ONE = 200

Followed = str | EventType | None
"""A job by its id, all events of a type, or all events."""


@dataclass(slots=True, eq=False)
class Tail:
    """What one reader has still to take, at most `room` events; a cancelled wait loses none of them."""

    room: int
    _events: list[Event] = field(default_factory=list)
    _waiter: asyncio.Future[None] | None = None
    _quiet_at: float = 0.0
    _timer: asyncio.TimerHandle | None = None

    def put(self, event: Event) -> None:
        """Add the event, if there is room."""
        if len(self._events) < self.room:
            self._events.append(event)
            self._wake()

    def __aiter__(self) -> "Tail":
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._events.pop(0)

    async def some(self, *, seconds: float) -> list[Event]:
        """All events that are there; if there are none, those that come first, or none at all within `seconds`."""
        if not self._events:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            self._quiet_at = loop.time() + seconds
            if self._timer is None:
                self._look_at_the_time()
            await self._waiter
        events, self._events = self._events, []
        return events

    def _look_at_the_time(self) -> None:
        """Wake the reader when its time is up; one timer for many waits, for each event would need a new one."""
        loop = asyncio.get_running_loop()
        left = self._quiet_at - loop.time()
        self._timer = loop.call_later(left, self._look_at_the_time) if left > 0 else None
        if self._timer is None:
            self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


@dataclass(frozen=True, slots=True)
class Fanout:
    """Hands each event to the readers of its job and to those of all jobs."""

    readers: dict[Followed, set[Tail]] = field(default_factory=dict)

    def wants(self, job_id: str, kind: str) -> bool:
        """Whether anybody follows this job, or all events of this kind."""
        return job_id in self.readers or kind in self.readers or None in self.readers

    def publish(self, event: Event) -> None:
        """Give the event to all who follow it and have room."""
        for followed in (event.job_id, event.type, None):
            for tail in self.readers.get(followed, ()):
                tail.put(event)

    @asynccontextmanager
    async def subscribe(self, followed: Followed = None) -> AsyncIterator[Tail]:
        """See `ports.Events`."""
        one = followed is not None and not isinstance(followed, EventType)
        tail = Tail(BACKLOG_OF_ONE if one else BACKLOG_OF_ALL)
        tails = self.readers.setdefault(followed, set())
        tails.add(tail)
        try:
            yield tail
        finally:
            tails.discard(tail)
            if not tails:
                self.readers.pop(followed, None)
