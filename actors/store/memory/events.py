"""The jobs' logs."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from actors.domain.events import Event
from actors.store.fanout import Followed, Tail
from actors.store.memory.state import State


@dataclass(frozen=True, slots=True)
class MemoryEvents:
    """`ports.Events` over the shared state."""

    state: State

    async def read(self, job_id: str, *, after: int = 0, limit: int = 1_000) -> list[Event]:
        """See `ports.Events`; numbers are dense, so the event after `after` stands at that index."""
        row = self.state.rows.get(job_id)
        return row.events[after : after + limit] if row else []

    def subscribe(self, followed: Followed = None) -> AbstractAsyncContextManager[Tail]:
        """See `ports.Events`."""
        return self.state.fanout.subscribe(followed)
