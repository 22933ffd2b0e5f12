"""What is better left alone for a while, in this process."""

from collections.abc import Callable
from dataclasses import dataclass, field

BREAKERS_KEPT = 10_000

TRY_SECONDS = 10.0
"""For how long the one who tries after a pause keeps others off, unless it tells how it went."""

FAILURES_KEPT_SECONDS = 600.0
"""How long after a failure and its pause it is forgotten."""


@dataclass(slots=True)
class Breaker:
    """Failures in a row, which are forgotten at `ends`; `due` is when it may be tried, None without a pause."""

    failures: int = 0
    ends: float = 0.0
    due: float | None = None


@dataclass(frozen=True, slots=True)
class MemoryBreakers:
    """`ports.Breakers` by a clock."""

    clock: Callable[[], float]
    try_seconds: float = TRY_SECONDS
    known: dict[str, Breaker] = field(default_factory=dict)

    async def wait(self, name: str) -> float:
        """See `ports.Breakers`."""
        now = self.clock()
        breaker = self.known.get(name)
        if breaker is None or breaker.due is None or breaker.ends <= now:
            return 0.0
        if now < breaker.due:
            return breaker.due - now
        breaker.due = now + self.try_seconds
        return 0.0

    async def worked(self, name: str) -> None:
        """See `ports.Breakers`."""
        self.known.pop(name, None)

    async def failed(self, name: str, *, most: int, pause_seconds: float) -> None:
        """See `ports.Breakers`."""
        now = self.clock()
        if len(self.known) > BREAKERS_KEPT:
            for stale in [key for key, breaker in self.known.items() if breaker.ends <= now]:
                del self.known[stale]
        if (breaker := self.known.setdefault(name, Breaker())).ends <= now:
            breaker = self.known[name] = Breaker()
        breaker.failures += 1
        breaker.ends = now + pause_seconds + FAILURES_KEPT_SECONDS
        if breaker.failures >= most:
            breaker.due = now + pause_seconds
