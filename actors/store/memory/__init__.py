"""The store in the memory of one process: nothing survives it."""

import time
from collections.abc import Callable

from actors.store.memory.breakers import MemoryBreakers
from actors.store.memory.buckets import MemoryBuckets
from actors.store.memory.cache import MemoryCache
from actors.store.memory.events import MemoryEvents
from actors.store.memory.jobs import MemoryJobs
from actors.store.memory.ledger import MemoryLedger
from actors.store.memory.mailboxes import MemoryMailboxes
from actors.store.memory.state import State
from actors.store.ports import Store
from actors.store.records import Limits


def memory_store(first_stage: str, limits: Limits | None = None, *, clock: Callable[[], float] = time.time) -> Store:
    """A new, empty store; `first_stage` names the mailbox that admitted jobs go to."""
    state = State(first_stage, limits or Limits(), clock)
    return Store(
        tier="memory",
        ping=_ping,
        jobs=MemoryJobs(state),
        mailboxes=MemoryMailboxes(state),
        events=MemoryEvents(state),
        ledger=MemoryLedger(state),
        cache=MemoryCache(clock),
        buckets=MemoryBuckets(clock),
        breakers=MemoryBreakers(clock),
    )


async def _ping() -> None:
    """Memory always answers."""
