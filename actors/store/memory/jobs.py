"""Jobs for their clients; every method changes the state without an await, so it is one step."""

import itertools
from collections import deque
from dataclasses import dataclass

from actors.domain.errors import JobActiveError, OverloadedError
from actors.domain.events import EventType, Note
from actors.domain.job import Job, JobStatus, ResearchRequest
from actors.store.memory.state import Row, State
from actors.store.records import RETRY_AFTER_SECONDS, DeadLetter


@dataclass(frozen=True, slots=True)
class MemoryJobs:
    """`ports.Jobs` over the shared state."""

    state: State

    async def submit(self, job_id: str, tenant: str, request: ResearchRequest) -> Job:
        """See `ports.Jobs`."""
        state = self.state
        if job_id in state.rows:
            return state.rows[job_id].job
        if sum(map(len, state.pending.values())) >= state.limits.max_pending:
            message = f"{state.limits.max_pending} jobs are waiting already (engine.max_pending)"
            raise OverloadedError(message, retry_after_seconds=RETRY_AFTER_SECONDS)
        row = Row(Job(job_id=job_id, tenant=tenant, request=request, created_at=state.clock()))
        state.rows[job_id] = row
        state.append(row, [Note(type=EventType.QUEUED, data={"query": request.query})])
        state.pending.setdefault(tenant, deque()).append(job_id)
        state.admit()
        return row.job

    async def get(self, job_id: str) -> Job:
        """See `ports.Jobs`."""
        return self.state.row(job_id).job

    async def of_tenant(self, tenant: str, *, status: JobStatus | None = None, limit: int = 50) -> list[Job]:
        """See `ports.Jobs`."""
        jobs = (row.job for row in reversed(self.state.rows.values()) if row.job.tenant == tenant)
        return list(itertools.islice((job for job in jobs if status in (None, job.status)), limit))

    async def artefacts(self, job_id: str) -> dict[str, bytes]:
        """See `ports.Jobs`."""
        row = self.state.rows.get(job_id)
        return dict(row.artefacts) if row else {}

    async def cancel(self, job_id: str) -> Job:
        """See `ports.Jobs`."""
        row = self.state.row(job_id)
        if row.job.status is JobStatus.QUEUED:
            waiting = self.state.pending[row.job.tenant]
            waiting.remove(job_id)
            if not waiting:
                del self.state.pending[row.job.tenant]
        if not row.job.status.terminal:
            self.state.end(row, Note(type=EventType.CANCELLED))
        return row.job

    async def delete(self, job_id: str) -> None:
        """See `ports.Jobs`."""
        row = self.state.row(job_id)
        if not row.job.status.terminal:
            raise JobActiveError(f"job {job_id} is {row.job.status}: cancel it first")
        del self.state.rows[job_id]

    async def dead_letters(self, *, limit: int = 100) -> list[DeadLetter]:
        """See `ports.Jobs`."""
        return list(reversed(self.state.dead))[:limit]
