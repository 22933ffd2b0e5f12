"""A bounded cache: the least recently used values go first when it is full."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cachetools import TLRUCache

from actors.store.records import CacheCounts

MAX_BYTES = 128_000_000
CLAIMS_KEPT = 10_000

_Slot = tuple[bytes, float]


def _cache(clock: Callable[[], float]) -> TLRUCache[tuple[str, str], _Slot]:
    def expires(_key: tuple[str, str], slot: _Slot, now: float) -> float:
        return now + slot[1]

    def size(slot: _Slot) -> int:
        return len(slot[0]) + 200

    return TLRUCache(MAX_BYTES, ttu=expires, timer=clock, getsizeof=size)


@dataclass(frozen=True, slots=True)
class MemoryCache:
    """`ports.Cache` in at most `MAX_BYTES`; a value larger than that is not kept."""

    clock: Callable[[], float]
    slots: TLRUCache[tuple[str, str], _Slot] = field(init=False)
    claims: dict[tuple[str, str], float] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        object.__setattr__(self, "slots", _cache(self.clock))

    async def get(self, namespace: str, key: str) -> bytes | None:
        """See `ports.Cache`."""
        if slot := self.slots.get((namespace, key)):
            self.hits[namespace] += 1
            return slot[0]
        if not self._claimed(namespace, key):  # one that somebody is making is not missed a second time
            self.misses[namespace] += 1
        return None

    async def set(self, namespace: str, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """See `ports.Cache`."""
        self.claims.pop((namespace, key), None)
        if len(value) < MAX_BYTES // 2:
            self.slots[namespace, key] = (value, ttl_seconds)

    async def claim(self, namespace: str, key: str, *, seconds: float) -> bool:
        """See `ports.Cache`."""
        now = self.clock()
        if self._claimed(namespace, key):
            return False
        if len(self.claims) > CLAIMS_KEPT:
            for stale in [claimed for claimed, end in self.claims.items() if end <= now]:
                del self.claims[stale]
        self.claims[namespace, key] = now + seconds
        return True

    def _claimed(self, namespace: str, key: str) -> bool:
        return self.claims.get((namespace, key), 0.0) > self.clock()

    async def clear(self, namespace: str) -> int:
        """See `ports.Cache`."""
        self.slots.expire()
        keys = [key for key in self.slots if key[0] == namespace]
        for key in keys:
            del self.slots[key]
        return len(keys)

    async def counts(self) -> dict[str, CacheCounts]:
        """See `ports.Cache`."""
        return {name: CacheCounts(self.hits[name], self.misses[name]) for name in sorted({*self.hits, *self.misses})}
