"""One stream of events, many readers: each has a bounded queue, and one that lags loses events, never memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.domain.events import Event, EventType

BACKLOG_OF_ALL = 10_000
BACKLOG_OF_ONE = 200

Followed = str | EventType | None
"""A job by its id, all events of a type, or all events."""


@dataclass(frozen=True, slots=True)
class Tail:
    """A queue to iterate over for ever; a cancelled wait loses nothing."""

    queue: asyncio.Queue[Event]

    def __aiter__(self) -> "Tail":
        return self

    async def __anext__(self) -> Event:
        return await self.queue.get()


@dataclass(frozen=True, slots=True)
class Fanout:
    """Hands each event to the readers of its job and to those of all jobs."""

    readers: dict[Followed, set[asyncio.Queue[Event]]] = field(default_factory=dict)

    def wants(self, job_id: str, kind: str) -> bool:
        """Whether anybody follows this job, or all events of this kind."""
        return job_id in self.readers or kind in self.readers or None in self.readers

    def publish(self, event: Event) -> None:
        """Give the event to all who follow it and have room."""
        for followed in (event.job_id, event.type, None):
            for queue in self.readers.get(followed, ()):
                if not queue.full():
                    queue.put_nowait(event)

    @asynccontextmanager
    async def subscribe(self, followed: Followed = None) -> AsyncIterator[AsyncIterator[Event]]:
        """See `ports.Events`."""
        one = followed is not None and not isinstance(followed, EventType)
        queue: asyncio.Queue[Event] = asyncio.Queue(BACKLOG_OF_ONE if one else BACKLOG_OF_ALL)
        queues = self.readers.setdefault(followed, set())
        queues.add(queue)
        try:
            yield Tail(queue)
        finally:
            queues.discard(queue)
            if not queues:
                self.readers.pop(followed, None)
