"""Rates, counted by the server's clock in one number a bucket."""

from dataclasses import dataclass

from actors.store.redis.scripts import Scripts

FOR_EVER = 1e9


@dataclass(frozen=True, slots=True)
class RedisBuckets:
    """`ports.Buckets` on a server."""

    scripts: Scripts

    async def take(self, name: str, *, per_second: float, burst: int) -> float:
        """See `ports.Buckets`."""
        interval = 1 / per_second
        return await self._reserve(name, interval, (burst - 1) * interval, refused=True)

    async def reserve(self, name: str, *, interval_seconds: float) -> float:
        """See `ports.Buckets`."""
        return await self._reserve(name, interval_seconds, FOR_EVER, refused=False)

    async def _reserve(self, name: str, interval: float, most: float, *, refused: bool) -> float:
        """The wait that was taken, or with `refused` the wait for which nothing was taken."""
        taken, wait = await self.scripts.run("reserve", name, repr(interval), repr(most))
        return float(wait) if bool(taken) is not refused else 0.0
