"""One stream of events, many readers: each has a bounded queue, and one that lags loses events, never memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.domain.events import Event

BACKLOG_OF_ALL = 10_000
BACKLOG_OF_ONE = 200


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

    readers: dict[str | None, set[asyncio.Queue[Event]]] = field(default_factory=dict)

    def publish(self, event: Event) -> None:
        """Give the event to all who follow it and have room."""
        for followed in (event.job_id, None):
            for queue in self.readers.get(followed, ()):
                if not queue.full():
                    queue.put_nowait(event)

    @asynccontextmanager
    async def subscribe(self, job_id: str | None = None) -> AsyncIterator[AsyncIterator[Event]]:
        """See `ports.Events`."""
        queue: asyncio.Queue[Event] = asyncio.Queue(BACKLOG_OF_ONE if job_id else BACKLOG_OF_ALL)
        queues = self.readers.setdefault(job_id, set())
        queues.add(queue)
        try:
            yield Tail(queue)
        finally:
            queues.discard(queue)
            if not queues:
                self.readers.pop(job_id, None)
