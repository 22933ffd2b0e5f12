"""Whatever goes wrong, the client gets a problem that says what to do; what is inside stays in the log."""

import logging
import math
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from actors.domain.errors import (
    EngineFailedError,
    JobActiveError,
    JobNotFoundError,
    ReportNotFoundError,
    RequestError,
    ResearchError,
    TransientError,
)
from app.keys import REQUEST_ID
from app.problems import InvalidError, problem

RETRY_AFTER_SECONDS = 5.0
STATUS: dict[type[ResearchError], int] = {
    JobNotFoundError: 404,
    ReportNotFoundError: 404,
    JobActiveError: 409,
    EngineFailedError: 503,
    TransientError: 503,
}
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
"""The headers of an error that belong into its problem."""

log = logging.getLogger(__name__)


@web.middleware
async def errors_to_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a problem."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _of_http(request, error)
    except InvalidError as error:
        return _of_fields(request, error.errors)
    except RequestError as error:
        return _of_fields(request, {error.field: [_sentence(str(error))]})
    except ResearchError as error:
        return _of_research(request, error)
    except Exception as error:  # noqa: BLE001 (the net under every handler)
        return _bug(request, error)


def _of_fields(request: web.Request, errors: dict[str, list[str]]) -> web.Response:
    detail = f"The request has {len(errors)} invalid field{'s' if len(errors) > 1 else ''}; see errors."
    return problem(422, detail, request_id=request[REQUEST_ID], errors=errors)


def _of_http(request: web.Request, error: web.HTTPException) -> web.Response:
    headers = {name: error.headers[name] for name in KEPT if name in error.headers}
    answer = problem(error.status, _detail(request, error), request_id=request[REQUEST_ID], headers=headers)
    if isinstance(error, web.HTTPRequestTimeout | web.HTTPRequestEntityTooLarge):
        answer.force_close()
    return answer


def _detail(request: web.Request, error: web.HTTPException) -> str:
    match error:
        case web.HTTPMethodNotAllowed():
            return f"{error.method} is not allowed here; allowed: {', '.join(sorted(error.allowed_methods))}."
        case web.HTTPRequestEntityTooLarge():
            return f"The body is too large; {request.client_max_size:,} bytes are allowed."
        case web.HTTPNotFound() if request.match_info.http_exception is error:
            return "There is nothing at this address."
    return error.text or error.reason


def _of_research(request: web.Request, error: ResearchError) -> web.Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        return _bug(request, error)
    headers = {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        seconds = getattr(error, "retry_after_seconds", None) or RETRY_AFTER_SECONDS
        headers["Retry-After"] = str(math.ceil(seconds))
    return problem(status, _sentence(str(error)), request_id=request[REQUEST_ID], headers=headers)


def _bug(request: web.Request, error: Exception) -> web.Response:
    request_id = request[REQUEST_ID]
    log.error("%s %s failed (request %s)", request.method, request.path, request_id, exc_info=error)
    return problem(500, "This is a bug; the log has it under the request's id.", request_id=request_id)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}".removesuffix(".") + "."
