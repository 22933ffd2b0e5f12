"""The names under which the application and its requests keep things: all of them, with their types."""

import asyncio

from aiohttp import web

from actors.domain.job import Budget
from actors.engine import Engine
from app.config import AppConfig

CONFIG = web.AppKey("config", AppConfig)
ENGINE = web.AppKey("engine", Engine)

STOPPING = web.AppKey("stopping", asyncio.Event)
"""Set when the service stops: nothing may wait for events any longer."""

WAITS = web.AppKey("waits", set[asyncio.Timeout])
"""What waits for events now; each ends when its time is up, which the stop brings forward."""

REQUEST_ID = web.RequestKey("request_id", str)

TENANT = web.RequestKey("tenant", str)
"""Whose jobs the request may see."""

CEILING = web.RequestKey("ceiling", Budget)
"""The most that a job of this request may use."""
