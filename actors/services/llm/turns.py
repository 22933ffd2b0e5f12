"""How many calls a server gets at once: as many as it answers without getting slower, in the order they came."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.domain.job import Spending

FIRST = 10
HEAVIER = 3.0
"""The first call is a small one; at first no more are sent than even one slot would have time for."""
SLOWER = 3.0
"""A server that takes so many times as long as with few calls only lets the others wait."""
EVEN = 2.0
"""Up to here what makes it slower may be chance, and one more is tried."""
EVEN_IF_LONG = 1.5
"""The bound of both where a call takes more than half of the time that it has."""
WEIGHT = 0.3
SHRINK = 0.5
INPUT_WORK, CALL_WORK = 0.1, 100
"""What a token of the prompt and a call as such take of a server, in tokens of the answer."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A call on its way: when it was sent, and how many were then with the server, itself counted."""

    began: float
    abreast: int


@dataclass(slots=True)
class Limit:
    """How many calls may be with the server, between 1 and `most`, found from how it takes them.

    The gradient limit of Netflix's concurrency-limits, a descendant of TCP Vegas: what a call takes for its work is
    compared with what calls of its kind take when few are on their way. While it is about the same one more is allowed
    with each answer; half as many, once a round trip, when it is not, or the server refuses or runs out of time.
    Other than there, "few" is known by count, not by the best time, so that one answer out of a cache spoils nothing,
    and a call may take longer by the root of how many there are: a server that takes them together does more in all.
    """

    most: int
    timeout_seconds: float
    allowed: float = field(init=False)
    _usual: dict[str, tuple[int, float]] = field(default_factory=dict)
    _slowness: float = 1.0
    _shrunk_at: float = -math.inf

    def __post_init__(self) -> None:
        self.allowed = float(min(self.most, FIRST))

    def answered(self, kind: str, spent: Spending, trip: Trip, *, now: float, in_full: bool) -> None:
        """An answer to a call of this kind; `in_full` where all that are allowed are on their way."""
        seconds, spare = now - trip.began, self.timeout_seconds / 2
        if not self._usual:
            self.allowed = max(1.0, min(self.allowed, spare / HEAVIER / max(seconds, 1e-6)))
        slower = self._compared(kind, seconds / _work(spent), trip.abreast)
        if trip.began < self._shrunk_at:
            return
        self._slowness += WEIGHT * (slower - self._slowness)
        even, most = EVEN, max(SLOWER, math.sqrt(trip.abreast))
        if seconds > spare:
            even = most = EVEN_IF_LONG
        if self._slowness > most:
            self._shrink(now)
        elif in_full and trip.abreast >= min(int(self.allowed), FIRST // 2) and max(self._slowness, slower) <= even:
            self.allowed = min(float(self.most), self.allowed + 1)

    def overloaded(self, trip: Trip, *, now: float) -> None:
        """The server takes no more for now, or did not answer in time."""
        if trip.began >= self._shrunk_at:
            self._shrink(now)

    def _compared(self, kind: str, pace: float, abreast: int) -> float:
        """How many times as slow as is usual with the fewest calls that were seen."""
        few, usual = self._usual.get(kind, (abreast, pace))
        if abreast < few:
            few, usual = abreast, pace
        elif abreast == few:
            usual += WEIGHT * (pace - usual)
        self._usual[kind] = few, usual
        return pace / max(usual, 1e-12)

    def _shrink(self, now: float) -> None:
        self.allowed = max(1.0, self.allowed * SHRINK)
        self._shrunk_at = now
        self._slowness = 1.0


class Turns:
    """A line for the calls to one server: who comes first goes first, as soon as `limit` allows one more."""

    def __init__(self, limit: Limit, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait in line, and keep the place until the end; who is cancelled in line leaves it."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        self._call_next()
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():
                self._leave()
            raise
        try:
            yield
        finally:
            self._leave()

    def sent(self) -> Trip:
        """A call is sent now, by one who has the turn."""
        return Trip(self._clock(), self._under_way)

    def answered(self, kind: str, spent: Spending, trip: Trip) -> None:
        """There is an answer to it."""
        in_full = self._under_way >= int(self.limit.allowed)
        self.limit.answered(kind, spent, trip, now=self._clock(), in_full=in_full)
        self._call_next()

    def overloaded(self, trip: Trip) -> None:
        """The server was too busy for it."""
        self.limit.overloaded(trip, now=self._clock())

    def _leave(self) -> None:
        self._under_way -= 1
        self._call_next()

    def _call_next(self) -> None:
        while self._waiting and self._under_way < int(self.limit.allowed):
            first = self._waiting.popleft()
            if not first.cancelled():
                self._under_way += 1
                first.set_result(None)


def _work(spent: Spending) -> float:
    return INPUT_WORK * spent.input_tokens + spent.output_tokens + CALL_WORK
