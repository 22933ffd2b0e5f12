"""Take in a question, and answer it."""

import json
from typing import Any

from aiohttp import web

from actors.domain.job import ResearchRequest
from app.answers import job_of, report_of, told, usage_of
from app.described import answer, described
from app.keys import CONFIG, ENGINE, TENANT
from app.parsing import BODY
from app.schemas import ResearchBody, StatusResponse


@described(
    "research",
    "Ask a question",
    "Takes the question in as a job, which is worked on from now on whether somebody waits for it or not.",
    {202: answer("Taken in.", StatusResponse, headers=("Location",))},
    body=ResearchBody,
)
async def submit(request: web.Request) -> web.Response:
    """POST /research."""
    options: dict[str, Any] = {"max_results": request.app[CONFIG].search.max_results} | request[BODY]
    job = await request.app[ENGINE].submit(ResearchRequest(**options), tenant=request[TENANT])
    headers = {"Location": f"/status/{job.job_id}"}
    return web.json_response({**told(request, job), "result": None}, status=202, headers=headers)


@described(
    "research",
    "Get the answer",
    "The job as it stands and, once it has ended with a report, what it found.",
    {200: answer("The job.", StatusResponse)},
    errors=(404,),
)
async def status(request: web.Request) -> web.Response:
    """GET /status/{job_id}."""
    job = await job_of(request)
    report = await report_of(request, job)
    text = json.dumps(told(request, job, await usage_of(report)))
    body = text[:-1].encode() + b', "result": ' + (report or b"null") + b"}"
    return web.Response(body=body, content_type="application/json", charset="utf-8")
