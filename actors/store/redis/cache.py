"""Values that the server forgets by itself; a namespace is cleared by looking for its keys, never by a flush."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from actors.store.records import CacheCounts
from actors.store.redis import rows
from actors.store.redis.scripts import Scripts

BATCH = 1_000

END = b"0"
"""The cursor before and after a scan."""


@dataclass(frozen=True, slots=True)
class RedisCache:
    """`ports.Cache` on a server."""

    scripts: Scripts

    async def get(self, namespace: str, key: str) -> bytes | None:
        """See `ports.Cache`."""
        value: bytes | None = await self.scripts.run("lookup", namespace, _hash(key))
        return value

    async def set(self, namespace: str, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """See `ports.Cache`."""
        pipe, hashed = self.scripts.pipe, _hash(key)
        await asyncio.gather(
            pipe.ask("SET", self.scripts.key("cache", namespace, hashed), value, "PX", _milliseconds(ttl_seconds)),
            pipe.ask("DEL", self.scripts.key("claim", namespace, hashed)),
        )

    async def claim(self, namespace: str, key: str, *, seconds: float) -> bool:
        """See `ports.Cache`."""
        claim = self.scripts.key("claim", namespace, _hash(key))
        return await self.scripts.pipe.ask("SET", claim, 1, "NX", "PX", _milliseconds(seconds)) is not None

    async def clear(self, namespace: str) -> int:
        """See `ports.Cache`."""
        pattern = self.scripts.key("cache", namespace, "*")
        cleared, cursor = 0, None
        while cursor != END:
            cursor, found = await self.scripts.pipe.ask("SCAN", cursor or END, "MATCH", pattern, "COUNT", BATCH)
            if found:
                cleared += await self.scripts.pipe.ask("UNLINK", *found)
        return cleared

    async def counts(self) -> dict[str, CacheCounts]:
        """See `ports.Cache`."""
        found = rows.fields(await self.scripts.pipe.ask("HGETALL", self.scripts.key("cache", "counts")))
        return dict(_counts({name: int(count) for name, count in found.items() if count.isdecimal()}))


def _counts(found: dict[str, int]) -> Iterator[tuple[str, CacheCounts]]:
    for namespace in sorted({name.rpartition(":")[0] for name in found}):
        yield namespace, CacheCounts(found.get(f"{namespace}:hits", 0), found.get(f"{namespace}:misses", 0))


def _hash(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1_000))
