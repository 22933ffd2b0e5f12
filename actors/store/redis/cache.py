"""Values that the server forgets by itself; a namespace is cleared by looking for its keys, never by a flush."""

from dataclasses import dataclass
from hashlib import sha256

from actors.store.redis.connect import redis_errors
from actors.store.redis.scripts import Scripts

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class RedisCache:
    """`ports.Cache` on a server."""

    scripts: Scripts

    def _key(self, namespace: str, key: str) -> str:
        return self.scripts.key("cache", namespace, sha256(key.encode()).hexdigest())

    async def get(self, namespace: str, key: str) -> bytes | None:
        """See `ports.Cache`."""
        with redis_errors():
            value: bytes | None = await self.scripts.redis.get(self._key(namespace, key))
        return value

    async def set(self, namespace: str, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """See `ports.Cache`."""
        with redis_errors():
            await self.scripts.redis.set(self._key(namespace, key), value, px=max(1, round(ttl_seconds * 1_000)))

    async def clear(self, namespace: str) -> int:
        """See `ports.Cache`."""
        cleared = 0
        with redis_errors():
            found = [key async for key in self.scripts.redis.scan_iter(f"{self._key(namespace, '')[:-64]}*", BATCH)]
            for start in range(0, len(found), BATCH):
                cleared += await self.scripts.redis.unlink(*found[start : start + BATCH])
        return cleared
