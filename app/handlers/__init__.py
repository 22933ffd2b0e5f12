"""Every route of the service."""

from aiohttp import web

from app.handlers import events, health, jobs, pages, reports, research

ROUTES = (
    web.post("/research", research.submit),
    web.post("/research/plan", research.plan),
    web.get("/status/{job_id}", research.status, allow_head=False),
    web.get("/search", research.search, allow_head=False),
    web.get("/jobs", jobs.list_jobs, allow_head=False),
    web.get("/jobs/{job_id}", jobs.get_job, allow_head=False),
    web.delete("/jobs/{job_id}", jobs.delete_job),
    web.post("/jobs/{job_id}/cancel", jobs.cancel_job),
    web.get("/jobs/{job_id}/events", events.events, allow_head=False),
    web.get("/reports/{job_id}.html", reports.report_page, allow_head=False),
    web.get("/reports/{job_id}/{name:.*}", reports.report_file, allow_head=False),
    web.get("/health", health.health, allow_head=False),
    *pages.routes,
)
