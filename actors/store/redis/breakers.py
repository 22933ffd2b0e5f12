"""What is better left alone for a while, in a hash each that ends some time after its last failure."""

from dataclasses import dataclass

from actors.store.redis.scripts import Scripts

TRY_SECONDS = 10.0
"""For how long the one who tries after a pause keeps others off, unless it tells how it went."""

FAILURES_KEPT_SECONDS = 600.0
"""How long after a failure and its pause it is forgotten."""


@dataclass(frozen=True, slots=True)
class RedisBreakers:
    """`ports.Breakers` on a server."""

    scripts: Scripts
    try_seconds: float = TRY_SECONDS

    async def wait(self, name: str) -> float:
        """See `ports.Breakers`."""
        return float(await self.scripts.run("breaker_wait", name, repr(self.try_seconds)))

    async def worked(self, name: str) -> None:
        """See `ports.Breakers`."""
        await self.scripts.pipe.ask("DEL", self.scripts.key("breaker", name))

    async def failed(self, name: str, *, most: int, pause_seconds: float) -> None:
        """See `ports.Breakers`."""
        await self.scripts.run("breaker_failed", name, most, repr(pause_seconds), FAILURES_KEPT_SECONDS)
