"""Values that the server forgets by itself; a namespace is cleared by looking for its keys, never by a flush."""

from dataclasses import dataclass
from hashlib import sha256

from actors.store.redis.scripts import Scripts

BATCH = 1_000

END = b"0"
"""The cursor before and after a scan."""


@dataclass(frozen=True, slots=True)
class RedisCache:
    """`ports.Cache` on a server."""

    scripts: Scripts

    def _key(self, namespace: str, key: str) -> str:
        return self.scripts.key("cache", namespace, sha256(key.encode()).hexdigest())

    async def get(self, namespace: str, key: str) -> bytes | None:
        """See `ports.Cache`."""
        value: bytes | None = await self.scripts.pipe.ask("GET", self._key(namespace, key))
        return value

    async def set(self, namespace: str, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """See `ports.Cache`."""
        await self.scripts.pipe.ask("SET", self._key(namespace, key), value, "PX", max(1, round(ttl_seconds * 1_000)))

    async def clear(self, namespace: str) -> int:
        """See `ports.Cache`."""
        pattern = self.scripts.key("cache", namespace, "*")
        cleared, cursor = 0, None
        while cursor != END:
            cursor, found = await self.scripts.pipe.ask("SCAN", cursor or END, "MATCH", pattern, "COUNT", BATCH)
            if found:
                cleared += await self.scripts.pipe.ask("UNLINK", *found)
        return cleared
