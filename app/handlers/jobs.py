"""Look after the jobs: list, look, cancel, delete."""

from aiohttp import web

from actors.domain.job import JobStatus
from app.answers import job_of, told
from app.described import answer, described
from app.keys import ENGINE, TENANT
from app.parsing import QUERY
from app.schemas.requests import JobListQuery
from app.schemas.responses import JobListResponse, JobResponse


@described(
    "jobs",
    "List jobs",
    "The jobs of the key's tenant, newest first.",
    {200: answer("The jobs.", JobListResponse)},
    query=JobListQuery,
)
async def list_jobs(request: web.Request) -> web.Response:
    """GET /jobs."""
    query = request[QUERY]
    status = JobStatus(query["status"]) if "status" in query else None
    jobs = await request.app[ENGINE].jobs(tenant=request[TENANT], status=status, limit=query["limit"])
    return web.json_response({"jobs": [told(request, job) for job in jobs]})


@described(
    "jobs",
    "Look at a job",
    "The job as it stands; `/status/{job_id}` adds what it found.",
    {200: answer("The job.", JobResponse)},
    errors=(404,),
)
async def get_job(request: web.Request) -> web.Response:
    """GET /jobs/{job_id}."""
    return web.json_response(told(request, await job_of(request)))


@described(
    "jobs",
    "Cancel a job",
    "Ends the job now. One that has ended already stays as it is.",
    {200: answer("The job, ended.", JobResponse)},
    errors=(404,),
)
async def cancel_job(request: web.Request) -> web.Response:
    """POST /jobs/{job_id}/cancel."""
    job = await request.app[ENGINE].cancel((await job_of(request)).job_id)
    return web.json_response(told(request, job))


@described(
    "jobs",
    "Delete a job",
    "Forgets a job that has ended, with its events, its report and all that was collected for it.",
    {204: answer("Forgotten.")},
    errors=(404, 409),
)
async def delete_job(request: web.Request) -> web.Response:
    """DELETE /jobs/{job_id}."""
    await request.app[ENGINE].delete((await job_of(request)).job_id)
    return web.Response(status=204)
