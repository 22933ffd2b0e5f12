"""The application: its parts put together, and what is opened before the first request and closed after the last."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from actors.engine import Engine, open_engine
from app.config import AppConfig
from app.handlers import ROUTES
from app.keys import CONFIG, ENGINE, REQUEST_ID, STOPPING, WAITS
from app.middlewares import middlewares
from app.middlewares.api_key import known_keys
from app.middlewares.request_id import HEADER, new_request_id
from app.openapi import setup_openapi
from app.sse import end_waits

BODY_MAX_BYTES = 2**20
WORK_SHARE = 0.8
"""How much of `server.drain_seconds` work may take; what is left is for requests and for closing."""


def create_app(config: AppConfig, *, engine: Engine | None = None) -> web.Application:
    """The application; it opens and closes an engine of its own unless it is given one."""
    app = web.Application(middlewares=middlewares(config), client_max_size=BODY_MAX_BYTES)
    app[CONFIG] = config
    app[STOPPING] = asyncio.Event()
    app[WAITS] = set()
    if engine is None:
        app.cleanup_ctx.append(_own_engine)
    else:
        app[ENGINE] = engine
    app.on_response_prepare.append(_finish)
    app.on_shutdown.append(end_waits)
    app.add_routes(ROUTES)
    setup_openapi(app, keyed=bool(known_keys(config.auth)))
    return app


async def _own_engine(app: web.Application) -> AsyncIterator[None]:
    server = app[CONFIG].server
    drain_seconds = server.drain_seconds * WORK_SHARE
    async with open_engine(app[CONFIG], actors=server.actors, drain_seconds=drain_seconds) as engine:
        app[ENGINE] = engine
        yield


async def _finish(request: web.Request, response: web.StreamResponse) -> None:
    """What every answer carries."""
    response.headers[HEADER] = request.get(REQUEST_ID) or new_request_id()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    if request.app[ENGINE].tier == "memory" and request.app[CONFIG].redis.url != "memory":
        response.headers["X-Degraded"] = "memory-store"
