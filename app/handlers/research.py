"""Take in a question, say what it would cost, answer it, and search what was collected for all of them."""

import json
from typing import Any

from aiohttp import web

from actors.domain.errors import PermanentError
from actors.domain.job import ResearchRequest
from app.answers import job_of, report_of, spending_told, told
from app.ceilings import under
from app.described import answer, described
from app.keys import CEILING, CONFIG, ENGINE, TENANT
from app.parsing import BODY, QUERY
from app.schemas.requests import ResearchBody, SearchQuery
from app.schemas.responses import PlanResponse, SearchResponse, StatusResponse


@described(
    "research",
    "Ask a question",
    "Takes the question in as a job, which is worked on from now on whether somebody waits for it or not. A key may "
    "have a ceiling for each part of the `budget`: more is refused, and what is not given is the ceiling.",
    {202: answer("Taken in.", StatusResponse, headers=("Location",))},
    body=ResearchBody,
)
async def submit(request: web.Request) -> web.Response:
    """POST /research."""
    job = await request.app[ENGINE].submit(_asked(request), tenant=request[TENANT])
    headers = {"Location": f"/status/{job.job_id}"}
    return web.json_response({**told(request, job), "result": None}, status=202, headers=headers)


@described(
    "research",
    "See what a question would cost",
    "Takes what `POST /research` takes, plans the research and stops there: the questions that would be searched for, "
    "where, and the most that all of it can use. Only the plan itself is paid for, when a model makes it.",
    {200: answer("The plan.", PlanResponse)},
    body=ResearchBody,
)
async def plan(request: web.Request) -> web.Response:
    """POST /research/plan."""
    asked = _asked(request)
    estimate = await request.app[ENGINE].plan(asked, tenant=request[TENANT])
    costs = {"most": spending_told(estimate.most), "spent": spending_told(estimate.spent)}
    return web.json_response({"query": asked.query, **estimate.model_dump(mode="json"), **costs})


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
    text = json.dumps(told(request, job))
    body = text[:-1].encode() + b', "result": ' + (report or b"null") + b"}"
    return web.Response(body=body, content_type="application/json", charset="utf-8")


@described(
    "research",
    "Search what was collected",
    "The passages nearest in meaning among all that the jobs of the key's tenant have collected, each with its source "
    "and its place there. Passages go when their job is deleted.",
    {200: answer("The passages.", SearchResponse)},
    query=SearchQuery,
    errors=(409,),
)
async def search(request: web.Request) -> web.Response:
    """GET /search."""
    query = request[QUERY]
    try:
        found = await request.app[ENGINE].search(query["q"], tenant=request[TENANT], limit=query["limit"])
    except PermanentError as error:
        raise web.HTTPConflict(text=f"What was collected cannot be searched: {error}") from error
    results = [match.model_dump(mode="json") for match in found]
    return web.json_response({"query": query["q"], "results": results})


def _asked(request: web.Request) -> ResearchRequest:
    """The research that the body asks for, within what its key allows.

    Raises:
        InvalidError: it asks for more than that.
    """
    body = request[BODY]
    options: dict[str, Any] = {"max_results": request.app[CONFIG].search.max_results} | body
    return ResearchRequest(**options | {"budget": under(request[CEILING], body["budget"])})
