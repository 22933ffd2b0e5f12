"""Calls already made for a job, in a hash beside it that ends with the job's artefacts."""

from dataclasses import dataclass

from actors.domain.errors import JobNotFoundError
from actors.store.redis.scripts import Scripts


@dataclass(frozen=True, slots=True)
class RedisLedger:
    """`ports.Ledger` on a server."""

    scripts: Scripts

    async def get(self, job_id: str, request: str) -> bytes | None:
        """See `ports.Ledger`."""
        answer: bytes | None = await self.scripts.pipe.ask("HGET", self.scripts.key("job", job_id, "ledger"), request)
        return answer

    async def put(self, job_id: str, request: str, answer: bytes) -> bytes:
        """See `ports.Ledger`."""
        recorded: bytes | None = await self.scripts.run("record", job_id, request, answer)
        if recorded is None:
            raise JobNotFoundError(f"there is no job {job_id}")
        return recorded
