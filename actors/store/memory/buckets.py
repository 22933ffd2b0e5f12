"""Rates by the generic cell rate algorithm (ITU-T I.371): one number a bucket, the time its next token is due."""

from collections.abc import Callable
from dataclasses import dataclass, field

BUCKETS_KEPT = 10_000
ROUNDING_SECONDS = 1e-9


@dataclass(frozen=True, slots=True)
class MemoryBuckets:
    """`ports.Buckets`; a bucket whose time has passed is full, so it can be forgotten."""

    clock: Callable[[], float]
    due: dict[str, float] = field(default_factory=dict)

    async def take(self, name: str, *, per_second: float, burst: int) -> float:
        """See `ports.Buckets`."""
        now = self.clock()
        interval = 1 / per_second
        due = max(self.due.get(name, now), now)
        if (wait := due - now - (burst - 1) * interval) > ROUNDING_SECONDS:
            return wait
        self._note(name, due + interval, now)
        return 0.0

    async def reserve(self, name: str, *, interval_seconds: float) -> float:
        """See `ports.Buckets`."""
        now = self.clock()
        due = max(self.due.get(name, now), now)
        self._note(name, due + interval_seconds, now)
        return due - now

    def _note(self, name: str, due: float, now: float) -> None:
        self.due[name] = due
        if len(self.due) > BUCKETS_KEPT:
            for stale in [key for key, time in self.due.items() if time <= now]:
                del self.due[stale]
