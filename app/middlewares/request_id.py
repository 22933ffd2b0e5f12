"""Gives each request a name, its own if it brought a usable one: in the answer, in problems and in the log."""

import re
from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Handler

from app.keys import REQUEST_ID

HEADER = "X-Request-ID"
_USABLE = re.compile(r"[A-Za-z0-9._~:/+=@-]{1,128}")


@web.middleware
async def name_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep the name under `REQUEST_ID`."""
    given = request.headers.get(HEADER, "")
    request[REQUEST_ID] = given if _USABLE.fullmatch(given) else new_request_id()
    return await handler(request)


def new_request_id() -> str:
    """A name that no other request has."""
    return str(uuid4())
