"""The published reports: the files that a report has, of the tenant's own jobs, and nothing else of the disk."""

import asyncio
import re
from pathlib import Path

from aiohttp import web

from app.answers import job_of
from app.described import REPORT, answer, described
from app.keys import ENGINE

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".zip": "application/zip",
}
FILE = re.compile(r"report\.(html|md|json)|evidence\.zip|sources/[A-Za-z0-9][A-Za-z0-9_-]*\.txt")
HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
"""The page brings a narrower policy; this one holds for whatever else is opened in a browser."""


@described(
    "reports",
    "Open a report",
    "Leads to the page of the report, `report.html` in the report's folder.",
    {302: answer("It is there.", headers=("Location",))},
    errors=(404,),
)
async def report_page(request: web.Request) -> web.Response:
    """GET /reports/{job_id}.html."""
    job = await job_of(request)
    raise web.HTTPFound(f"/reports/{job.job_id}/report.html")


@described(
    "reports",
    "Get a file of a report",
    "`report.html`, `report.md`, `report.json`, `evidence.zip`, and the text of each source as `sources/{id}.txt`, "
    "which the offsets of passages refer to. Without a name it leads to the page.",
    {
        200: answer("The file.", REPORT, media=dict.fromkeys((kind.partition(";")[0] for kind in TYPES.values()), "")),
        302: answer("The page is there.", headers=("Location",)),
    },
    errors=(404,),
)
async def report_file(request: web.Request) -> web.StreamResponse:
    """GET /reports/{job_id}/{name}."""
    job = await job_of(request)
    name = request.match_info["name"]
    if not name:
        raise web.HTTPFound(f"/reports/{job.job_id}/report.html")
    if not FILE.fullmatch(name):
        raise web.HTTPNotFound(text="A report has no such file.")
    folder = await request.app[ENGINE].reports.folder_of(job.job_id)
    if not await asyncio.to_thread(_is_in, folder, name):
        raise web.HTTPNotFound(text="The report has no such file.")
    path = folder / name
    headers = HEADERS | {"Content-Type": TYPES[path.suffix]}
    if path.suffix == ".zip":
        headers["Content-Disposition"] = f'attachment; filename="evidence-{job.job_id}.zip"'
    return web.FileResponse(path, headers=headers)


def _is_in(folder: Path, name: str) -> bool:
    """Whether it is a file, and no link out of the folder."""
    path = folder.resolve() / name
    return path.is_file() and path.resolve() == path
