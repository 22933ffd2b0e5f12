"""A job's events over HTTP: as a stream that can be taken up again at any number, or as JSON to come back for."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime
from json import dumps
from typing import Any

from aiohttp import web
from aiohttp_sse import EventSourceResponse

from actors.domain.errors import ResearchError, StoreUnavailableError
from actors.domain.events import Event
from actors.domain.job import Job
from app.keys import ENGINE, STOPPING, WAITS

HEARTBEAT_SECONDS = 15.0
SEND_SECONDS = 30.0
"""How long a client may take nothing before it is dropped."""

RETRY = b"retry: 2000\n\n"
"""Tells an EventSource to come back after two seconds."""

PAGE = 1_000
"""The most events of one JSON answer."""

READ_SECONDS = 10.0
"""How long events that are there may take to be read."""


async def stream(
    request: web.Request,
    job: Job,
    after: int,
    *,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    send_seconds: float = SEND_SECONDS,
) -> web.StreamResponse:
    """Send the events above `after`, then live ones; ends after the terminal event, or when the service stops."""
    response = EventSourceResponse(sep="\n", send_timeout=send_seconds, ping_interval=heartbeat_seconds)
    await response.prepare(request)
    with suppress(ConnectionError, ResearchError):
        async with response, _waiting(request.app, None), _events(request.app, job, after) as events:
            await response.write(RETRY)
            async for event in events:
                await response.send(dumps(told(event)), id=str(event.seq), event=event.type)
    return response


async def page(app: web.Application, job: Job, after: int, *, wait_seconds: float) -> list[Event]:
    """The events above `after`; when there is none yet, the first to come within `wait_seconds`.

    Raises:
        StoreUnavailableError: there are some, but they cannot be read.
    """
    here = job.seq > after
    found: list[Event] = []
    if not here and (job.status.terminal or not wait_seconds):
        return found
    async with _waiting(app, READ_SECONDS if here else wait_seconds), _events(app, job, after) as events:
        async for event in events:
            found.append(event)
            if event.seq >= job.seq or len(found) >= PAGE:
                break
    if here and not found and not app[STOPPING].is_set():
        raise StoreUnavailableError("the events cannot be read for now")
    return found


def told(event: Event) -> dict[str, Any]:
    """The event as clients get it."""
    return {**event.model_dump(mode="json"), "at": datetime.fromtimestamp(event.at, UTC).isoformat()}


def _events(app: web.Application, job: Job, after: int) -> aclosing[AsyncGenerator[Event, None]]:
    return aclosing(app[ENGINE].events(job.job_id, after=after))


async def end_waits(app: web.Application) -> None:
    """Have everything that waits for events end now."""
    app[STOPPING].set()
    for wait in app[WAITS]:
        wait.reschedule(asyncio.get_running_loop().time())


@asynccontextmanager
async def _waiting(app: web.Application, seconds: float | None) -> AsyncIterator[None]:
    """Leave the block when it has taken this long, or when the service stops."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0 if app[STOPPING].is_set() else seconds) as wait:
            app[WAITS].add(wait)
            try:
                yield
            finally:
                app[WAITS].discard(wait)
