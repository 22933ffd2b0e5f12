"""A job's events over HTTP: as a stream that can be taken up again at any number, or as JSON to come back for."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime
from json import dumps
from typing import Any

from aiohttp import web
from aiohttp_sse import EventSourceResponse
from cachetools import LRUCache, cached

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

FRAMES_BYTES = 4 * 2**20
"""Room for the frames that were made last."""

SHORT_BYTES = 2**15
"""So much is always taken from us at once when nothing else waits to be sent."""


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
        async with response, _waiting(request.app, None), _batches(request.app, job, after) as batches:
            await response.write(RETRY)
            transport = request.transport
            async for events in batches:
                await _send(response, transport, b"".join(map(_frame, events)), send_seconds)
    return response


async def _send(response: web.StreamResponse, transport: asyncio.Transport | None, data: bytes, seconds: float) -> None:
    """Write it, with a timer only where the client may keep us waiting: the timer costs as much as the write.

    Raises:
        TimeoutError: the client has taken too little for this long; its connection is cut.
        ConnectionError: it has gone.
    """
    if transport is None:
        raise ConnectionResetError("the client has gone")
    if len(data) <= SHORT_BYTES and not transport.get_write_buffer_size():
        return await response.write(data)
    try:
        async with asyncio.timeout(seconds):
            await response.write(data)
    except TimeoutError:
        transport.abort()
        raise


@cached(LRUCache(FRAMES_BYTES, getsizeof=len), key=lambda event: (event.job_id, event.seq, event.at))
def _frame(event: Event) -> bytes:
    """The event as it is sent; made once for all who follow the job."""
    return f"id: {event.seq}\nevent: {event.type}\ndata: {dumps(told(event))}\n\n".encode()


async def page(app: web.Application, job: Job, after: int, *, wait_seconds: float) -> list[Event]:
    """The events above `after`; when there is none yet, the first to come within `wait_seconds`.

    Raises:
        StoreUnavailableError: there are some, but they cannot be read.
    """
    here = job.seq > after
    found: list[Event] = []
    if not here and (job.status.terminal or not wait_seconds):
        return found
    async with _waiting(app, READ_SECONDS if here else wait_seconds), _batches(app, job, after) as batches:
        async for events in batches:
            found += events
            if found[-1].seq >= job.seq or len(found) >= PAGE:
                break
    if here and not found and not app[STOPPING].is_set():
        raise StoreUnavailableError("the events cannot be read for now")
    return found[:PAGE]


def told(event: Event) -> dict[str, Any]:
    """The event as clients get it."""
    return {**event.model_dump(mode="json"), "at": datetime.fromtimestamp(event.at, UTC).isoformat()}


def _batches(app: web.Application, job: Job, after: int) -> aclosing[AsyncGenerator[list[Event], None]]:
    return aclosing(app[ENGINE].batches(job.job_id, after=after))


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
