"""What a server's answer means: when it is worth asking again, and how a reader of the report is told."""

import socket
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp

from actors.domain.errors import ResearchError, SourceError, TransientError

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SUCCESS = range(200, 300)
NOT_MODIFIED = 304
FIRST_DELAY_SECONDS = 0.5
PERMANENT_DNS_ERRORS = frozenset({socket.EAI_NONAME, socket.EAI_FAIL, getattr(socket, "EAI_NODATA", None)})


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; `location` is set on redirects, `body` is decompressed, and empty unless the status is 2xx.

    `retry_after_seconds` is what a server asked for that has no time now, `wall` what keeps readers out where the
    server says so, `etag` and `modified` what tells this version from later ones.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    charset: str | None = None
    location: str | None = None
    retry_after_seconds: float | None = None
    etag: str = ""
    modified: str = ""
    wall: str | None = None


def status_reason(status: int, wall: str | None = None) -> str:
    """`answered 404 Not Found`, and which wall stands there."""
    try:
        told = f"answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        told = f"answered {status}"
    return f"{told} and {wall}" if wall else told


def retry_delay(attempt: int, asked_seconds: float | None) -> float:
    """Seconds to wait after the failed `attempt` (from 1): doubling, and no less than the server asked for."""
    return max(FIRST_DELAY_SECONDS * 2.0 ** (attempt - 1), asked_seconds or 0.0)


def retry_after_seconds(header: str | None, now: float) -> float | None:
    """The seconds that a Retry-After header asks for, at `now` (Unix seconds); None when it says nothing usable."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header[:9])
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, then.replace(tzinfo=then.tzinfo or UTC).timestamp() - now)


def failure(error: aiohttp.ClientError | OSError) -> ResearchError:
    """The client's error in the words of the report: a `TransientError` when asking again may help."""
    match error:
        case aiohttp.ClientHttpProxyError():
            return SourceError(f"the proxy {status_reason(error.status)}")
        case aiohttp.ClientProxyConnectionError():
            reason = "the proxy could not be reached"
        case aiohttp.ClientConnectorDNSError() if error.os_error.errno in PERMANENT_DNS_ERRORS:
            return SourceError("its host name is not known")
        case aiohttp.ClientConnectorDNSError():
            reason = "its host name could not be looked up"
        case aiohttp.ClientSSLError():
            return SourceError("its certificate or encryption is not valid")
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            reason = "refused the connection"
        case aiohttp.ClientConnectorError():
            reason = "could not be reached"
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            reason = "broke off the connection"
        case _:
            return SourceError("did not answer in valid HTTP")
    return TransientError(reason)
