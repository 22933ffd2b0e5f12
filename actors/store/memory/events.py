"""The jobs' logs, and one bounded queue for each that follows them live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from actors.domain.events import Event
from actors.store.memory.state import SUBSCRIBER_BACKLOG, State


@dataclass(frozen=True, slots=True)
class Tail:
    """A queue to iterate over for ever; a cancelled wait loses nothing."""

    queue: asyncio.Queue[Event]

    def __aiter__(self) -> "Tail":
        return self

    async def __anext__(self) -> Event:
        return await self.queue.get()


@dataclass(frozen=True, slots=True)
class MemoryEvents:
    """`ports.Events` over the shared state."""

    state: State

    async def read(self, job_id: str, *, after: int = 0, limit: int = 1_000) -> list[Event]:
        """See `ports.Events`; numbers are dense, so the event after `after` stands at that index."""
        row = self.state.rows.get(job_id)
        return row.events[after : after + limit] if row else []

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Event]]:
        """See `ports.Events`."""
        queue: asyncio.Queue[Event] = asyncio.Queue(SUBSCRIBER_BACKLOG)
        self.state.subscribers.add(queue)
        try:
            yield Tail(queue)
        finally:
            self.state.subscribers.discard(queue)
