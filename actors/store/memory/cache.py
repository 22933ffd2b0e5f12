"""A bounded cache: the least recently used values go first when it is full."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cachetools import TLRUCache

MAX_BYTES = 128_000_000

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

    def __post_init__(self) -> None:
        object.__setattr__(self, "slots", _cache(self.clock))

    async def get(self, namespace: str, key: str) -> bytes | None:
        """See `ports.Cache`."""
        slot = self.slots.get((namespace, key))
        return slot[0] if slot else None

    async def set(self, namespace: str, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """See `ports.Cache`."""
        if len(value) < MAX_BYTES // 2:
            self.slots[namespace, key] = (value, ttl_seconds)

    async def clear(self, namespace: str) -> int:
        """See `ports.Cache`."""
        self.slots.expire()
        keys = [key for key in self.slots if key[0] == namespace]
        for key in keys:
            del self.slots[key]
        return len(keys)
