"""A job as its clients see it: whose it is, where it stands, and where to go from here."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from actors.domain.errors import JobNotFoundError, ReportNotFoundError
from actors.domain.job import Job, JobStatus, Spending, Usage
from app.keys import ENGINE, TENANT

_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PUBLISHED = (JobStatus.COMPLETED, JobStatus.PARTIAL)


async def job_of(request: web.Request) -> Job:
    """The job named in the path.

    Raises:
        HTTPNotFound: that is no job's id; there is no such job, or it is another tenant's.
    """
    job_id = request.match_info["job_id"]
    if not _JOB_ID.fullmatch(job_id):
        raise web.HTTPNotFound(text="The address names no job: a job's id is a UUID in lower case.")
    try:
        job = await request.app[ENGINE].job(job_id)
    except JobNotFoundError:
        job = None
    if job is None or job.tenant != request[TENANT]:
        raise web.HTTPNotFound(text=f"There is no job {job_id}.")
    return job


async def report_of(request: web.Request, job: Job) -> bytes | None:
    """The job's report.json, if it has one by now and it is still kept."""
    if job.status not in PUBLISHED:
        return None
    try:
        folder = await request.app[ENGINE].reports.folder_of(job.job_id)
        return await asyncio.to_thread((folder / "report.json").read_bytes)
    except (ReportNotFoundError, FileNotFoundError):
        return None


def told(request: web.Request, job: Job) -> dict[str, Any]:
    """The job as `JobResponse` describes it."""
    return {
        "job_id": job.job_id,
        "query": job.request.query,
        "status": job.status,
        "stage": job.stage,
        "progress": request.app[ENGINE].progress(job),
        "stop_reason": job.stop_reason,
        "error": job.error,
        "created_at": _time(job.created_at),
        "started_at": _time(job.started_at),
        "completed_at": _time(job.completed_at),
        "usage": usage_told(job.usage),
        "report_url": f"/reports/{job.job_id}/report.html" if job.status in PUBLISHED else None,
        "events_url": f"/jobs/{job.job_id}/events",
        "retry_of": None,
    }


def spending_told(spending: Spending) -> dict[str, Any]:
    """What calls have cost, as `SpendingResponse` describes it."""
    return {**spending.model_dump(), "tokens": spending.tokens}


def usage_told(usage: Usage) -> dict[str, Any]:
    """What a job has used, as `UsageResponse` describes it."""
    stages = {name: spending_told(spending) for name, spending in usage.stages.items()}
    return {**spending_told(usage), "stages": stages}


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
