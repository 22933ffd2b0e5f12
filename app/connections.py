"""Below the application: what is no HTTP is answered with a problem too, and no log line holds a query string."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError

from app.middlewares.request_id import HEADER, new_request_id
from app.problems import problem

log = logging.getLogger(__name__)


class Connection(web.RequestHandler):
    """One client's connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 (aiohttp's signature; what it says is not for everybody)
    ) -> web.StreamResponse:
        """The answer to what never came to a handler; closes the connection."""
        request_id = new_request_id()
        if isinstance(exc, HttpProcessingError):
            log.info("not HTTP from %s (request %s): %s", request.remote, request_id, type(exc).__name__)
            detail = "The request is not HTTP as it should be."
        else:
            log.error("an answer to %s failed (request %s)", request.remote, request_id, exc_info=exc)
            detail = "This is a bug; the log has it under the request's id."
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        answer = problem(status, detail, request_id=request_id, headers={HEADER: request_id})
        answer.force_close()
        return answer


class Server(web.Server):
    """Makes such connections."""

    def __call__(self) -> web.RequestHandler:
        """A new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application on such connections."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return Server(
            partial(_answer, made.request_handler),
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,  # noqa: SLF001 (aiohttp has no other way to say which class answers)
        )


async def _answer(
    handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], request: web.BaseRequest
) -> web.StreamResponse:
    """The application's answer; what it refuses before its middlewares come to it is made a problem here."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return problem(error.status, error.text or error.reason, request_id=new_request_id())


class AccessLogger(AbstractAccessLogger):
    """One line a request."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write it."""
        self.logger.info(
            "%s %s %s %d %d %.0f ms %s",
            request.remote,
            request.method,
            request.path,
            response.status,
            response.body_length,
            time * 1_000,
            response.headers.get(HEADER, "-"),
        )
