"""Follow a job live, from any point of its log."""

import re

from aiohttp import web

from app.answers import job_of
from app.described import answer, described
from app.parsing import QUERY
from app.problems import InvalidError
from app.schemas.base import SEQ_MAX
from app.schemas.requests import EventsHeaders, EventsQuery
from app.schemas.responses import EventsResponse
from app.sse import page, stream, told

_SEQ = re.compile(r"\d{1,16}", re.ASCII)
EXAMPLE = (
    'id: 3\nevent: stage\ndata: {"seq": 3, "job_id": "019a2b7c-4d5e-7f60-8a1b-2c3d4e5f6071", "type": "stage", '
    '"stage": "fetch", "at": "2026-03-04T10:00:05+00:00", "data": {"state": "started"}}\n\n'
)
DATA = {
    "queued": "`query`",
    "started": "nothing",
    "stage": "`state`, which is `started` or `done`, and then `seconds`",
    "progress": "what is known by now: `found` (addresses), or before a further round its `round` and `questions`",
    "source": "`id`, `url`, `title`, `status` and `reason`",
    "finding": "`sentence`, `support` and `citations`",
    "warning": "`text`",
    "cost": "of one call of the model: `model`, `name` (what for), `input_tokens`, `output_tokens`, `usd`; the job's "
    "`usage` is the sum of them and of what else was paid",
    "completed": "`usage`, what the job has used",
    "partial": "`stop_reason`: `budget`, `deadline` or `sources`; and `usage`",
    "failed": "`error`",
    "cancelled": "nothing",
}
"""What `data` holds, by type of event."""


@described(
    "jobs",
    "Follow a job",
    "Every event of the job, in order and once each: those there are, then live ones. As a stream (server-sent events) "
    "that ends after the terminal event or, when `Accept` asks for application/json alone, a page at a time: `after` "
    "takes the `last` of the page before, `wait` lets an empty page wait for the next event.\n\n"
    "`data` holds, by type:\n\n" + "\n".join(f"- `{kind}`: {what}" for kind, what in DATA.items()),
    {
        200: answer("The events.", EventsResponse, media={"text/event-stream": EXAMPLE}),
        204: answer("The job has ended, and its last event was received before."),
    },
    query=EventsQuery,
    headers=EventsHeaders,
    errors=(404,),
)
async def events(request: web.Request) -> web.StreamResponse:
    """GET /jobs/{job_id}/events."""
    job = await job_of(request)
    last_event_id = _last_event_id(request)
    after = request[QUERY]["after"] if last_event_id is None else last_event_id
    if _wants_json(request):
        found = await page(request.app, job, after, wait_seconds=request[QUERY]["wait"])
        last = found[-1].seq if found else after
        return web.json_response({"events": [told(event) for event in found], "last": last})
    if job.status.terminal and after >= job.seq:
        return web.Response(status=204)
    return await stream(request, job, after)


def _last_event_id(request: web.Request) -> int | None:
    given = request.headers.get("Last-Event-ID", "")
    if not given:
        return None
    if not _SEQ.fullmatch(given) or int(given) > SEQ_MAX:
        raise InvalidError({"Last-Event-ID": [f"Must be the number of an event, from 0 to {SEQ_MAX:,}."]})
    return int(given)


def _wants_json(request: web.Request) -> bool:
    accepted = request.headers.get("Accept", "").lower()
    return "application/json" in accepted and "text/event-stream" not in accepted
