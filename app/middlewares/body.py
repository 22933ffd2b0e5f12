"""Bodies come in whole and in time, or are refused: a client that stalls holds nothing for long."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

BODY_SECONDS = 30.0


def read_body(seconds: float = BODY_SECONDS) -> Middleware:
    """The middleware that reads the body, in at most this time, where there is one and a handler for it."""

    @web.middleware
    async def read(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.can_read_body and request.match_info.http_exception is None:
            try:
                async with asyncio.timeout(seconds):
                    await request.read()
            except TimeoutError:
                raise web.HTTPRequestTimeout(text=f"The body did not come within {seconds:g} seconds.") from None
            except (web.RequestPayloadError, ConnectionError):
                raise web.HTTPBadRequest(text="The body broke off, or is not encoded as it says.") from None
        return await handler(request)

    return read
