"""Jobs for their clients, each in a hash of its own."""

import asyncio
import logging
from dataclasses import dataclass

from actors.domain.errors import JobActiveError, JobNotFoundError, OverloadedError
from actors.domain.job import Job, JobStatus, ResearchRequest
from actors.store.records import RETRY_AFTER_SECONDS, DeadLetter
from actors.store.redis import rows
from actors.store.redis.scripts import Scripts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RedisJobs:
    """`ports.Jobs` on a server."""

    scripts: Scripts

    async def submit(self, job_id: str, tenant: str, request: ResearchRequest) -> Job:
        """See `ports.Jobs`."""
        most = self.scripts.limits.max_pending
        queued = rows.data({"query": request.query})
        flat = await self.scripts.run("submit", job_id, tenant, request.query, rows.options(request), queued, most)
        if not flat:
            message = f"{most} jobs are waiting already (engine.max_pending)"
            raise OverloadedError(message, retry_after_seconds=RETRY_AFTER_SECONDS)
        return rows.job(flat)

    async def get(self, job_id: str) -> Job:
        """See `ports.Jobs`."""
        found = await self.scripts.pipe.ask("HGETALL", self.scripts.key("job", job_id))
        return self._job(job_id, found)

    def _job(self, job_id: str, flat: rows.Flat) -> Job:
        if not flat:
            raise JobNotFoundError(f"there is no job {job_id}")
        if job := _readable(job_id.encode(), flat):
            return job
        raise JobNotFoundError(f"the job {job_id} cannot be read: its hash was changed by hand")

    async def of_tenant(self, tenant: str, *, status: JobStatus | None = None, limit: int = 50) -> list[Job]:
        """See `ports.Jobs`."""
        pipe = self.scripts.pipe
        index = self.scripts.key("jobs", tenant, *([status.value] if status else []))
        jobs: list[Job] = []
        start = 0
        while len(jobs) < limit:
            ids = await pipe.ask("ZREVRANGE", index, start, start + limit - 1)
            keys = [self.scripts.key("job", job_id.decode()) for job_id in ids]
            found = await asyncio.gather(*(pipe.ask("HGETALL", key) for key in keys))
            kept = [_readable(job_id, flat) for job_id, flat in zip(ids, found, strict=True) if flat]
            jobs += [job for job in kept if job and status in (None, job.status)]
            start += limit
            if len(ids) < limit:
                break
        return jobs[:limit]

    async def artefacts(self, job_id: str) -> dict[str, bytes]:
        """See `ports.Jobs`."""
        found = await self.scripts.pipe.ask("HGETALL", self.scripts.key("job", job_id, "artefacts"))
        return rows.artefacts(found)

    async def cancel(self, job_id: str) -> Job:
        """See `ports.Jobs`."""
        return self._job(job_id, await self.scripts.run("cancel", job_id))

    async def delete(self, job_id: str) -> None:
        """See `ports.Jobs`."""
        status = (await self.scripts.run("delete", job_id)).decode()
        if not status:
            raise JobNotFoundError(f"there is no job {job_id}")
        if not JobStatus(status).terminal:
            raise JobActiveError(f"job {job_id} is {status}: cancel it first")

    async def dead_letters(self, *, limit: int = 100) -> list[DeadLetter]:
        """See `ports.Jobs`."""
        found = await self.scripts.pipe.ask("XREVRANGE", self.scripts.key("dead"), "+", "-", "COUNT", limit)
        return [_letter(rows.fields(flat)) for _, flat in found]


def _readable(job_id: bytes, flat: rows.Flat) -> Job | None:
    """The job, unless somebody has changed its hash into what is none."""
    try:
        return rows.job(flat)
    except (KeyError, ValueError) as error:
        log.warning("the hash of job %s cannot be read: %s", job_id.decode(), " ".join(str(error).split()))
        return None


def _letter(row: dict[str, str]) -> DeadLetter:
    return DeadLetter(
        job_id=row["job_id"],
        stage=row["stage"],
        round=int(row["round"]),
        attempts=int(row["attempts"]),
        reason=row["reason"],
        traceback=row["traceback"],
        at=float(row["at"]),
    )
