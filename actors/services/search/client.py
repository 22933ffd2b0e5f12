"""One request to a search API: over in time, small enough to read, asked again while that makes sense."""

import asyncio
import json
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp

from actors.domain.errors import ConfigError, PermanentError, ResearchError, SourceError, TransientError
from actors.services.fetch.answers import failure, retry_after_seconds
from actors.services.fetch.body import ACCEPTED_ENCODINGS, read_body
from actors.services.search.base import Receipt
from actors.services.search.refusals import SERVER_ERRORS, Reply

MAX_BYTES = 2_000_000
ATTEMPTS = 3
FIRST_DELAY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: a GET, or with a `body` a POST of it as JSON."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)


class Judge(Protocol):
    """What a provider makes of an answer."""

    def __call__(self, reply: Reply, /) -> ResearchError | None:
        """Why it is none; None when it is one."""
        ...


class JsonClient:
    """Opens its session on first use. `proxy` and `ca_bundle` are as in `[fetch]`.

    Where `own` says that the operator has named the address, it is asked without the proxy, and the bundle's
    certificates are trusted beside the system's, not instead of them.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        proxy: str = "",
        ca_bundle: str = "",
        own: bool = False,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "application/json",
            "Accept-Encoding": ACCEPTED_ENCODINGS,
        }
        self._proxy = None if own else proxy or None
        self._ca_bundle = ca_bundle
        self._own = own
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self, request: Request, judge: Judge, *, ends: float, receipt: Receipt | None = None
    ) -> Mapping[str, Any]:
        """The JSON object of the answer, before `ends` (the loop's time) as far as waiting between attempts goes.

        Raises:
            TransientError: there is none for now, or it cannot be used.
            PermanentError: there will be none.
        """
        attempt = 1
        while True:
            outcome = await self._counted(request, receipt or Receipt())
            error = outcome if isinstance(outcome, ResearchError) else judge(outcome)
            if error is None and isinstance(outcome, Reply):
                return _object(outcome)
            delay = self._delay(error, attempt)
            if error and (delay is None or asyncio.get_running_loop().time() + delay >= ends):
                raise error
            await self._sleep(delay or 0.0)
            attempt += 1

    async def _counted(self, request: Request, receipt: Receipt) -> Reply | ResearchError:
        """One attempt; it may be billed when it was answered, or cut off, and not when it was refused."""
        try:
            outcome = await self._attempt(request)
        except (TimeoutError, asyncio.CancelledError):
            receipt.requests += 1
            raise
        receipt.requests += isinstance(outcome, Reply) and outcome.status < HTTPStatus.BAD_REQUEST
        return outcome

    def _delay(self, error: ResearchError | None, attempt: int) -> float | None:
        """Seconds until it is worth asking again; None when it is not."""
        if not isinstance(error, TransientError):
            return None
        spread = 0.5 + self._jitter() / 2
        if error.retry_after_seconds is not None:
            return max(error.retry_after_seconds, FIRST_DELAY_SECONDS * attempt) * (1 + spread / 10)
        return FIRST_DELAY_SECONDS * 2.0 ** (attempt - 1) * spread if attempt < ATTEMPTS else None

    async def _attempt(self, request: Request) -> Reply | ResearchError:
        session = self._session = self._session or self._open()
        method = "GET" if request.body is None else "POST"
        try:
            async with session.request(
                method,
                request.url,
                params=request.params,
                headers=request.headers,
                json=request.body,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                return await self._read(response)
        except TimeoutError:
            raise
        except aiohttp.InvalidURL:
            return PermanentError("cannot be asked: its address is not valid")
        except (aiohttp.ClientError, OSError) as error:
            told = failure(error)
            return TransientError(str(told)) if _passing(error, told) else PermanentError(str(told))
        except ValueError:
            return PermanentError("cannot be asked: its address or its key is not valid")

    async def _read(self, response: aiohttp.ClientResponse) -> Reply:
        asked = retry_after_seconds(response.headers.get("Retry-After"), self._clock())
        data, fault = None, ""
        try:
            body = await read_body(response, MAX_BYTES)
            data, fault = _parsed(body, response.content_type)
        except SourceError as error:
            fault = f"sent an answer that {error}"
        except aiohttp.ClientPayloadError:
            fault = "broke off its answer"
        return Reply(response.status, data, fault, response.headers.copy(), asked)

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(ssl=_trust(self._ca_bundle, beside=self._own))
        return aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Close all connections; a later request opens them anew."""
        if self._session:
            await self._session.close()
            self._session = None


def _passing(error: Exception, told: ResearchError) -> bool:
    refused = error.status if isinstance(error, aiohttp.ClientHttpProxyError) else 0
    return isinstance(told, TransientError) or refused in SERVER_ERRORS


def _parsed(body: bytes, content_type: str) -> tuple[Any, str]:
    try:
        return json.loads(body), ""
    except (ValueError, RecursionError):
        kind = "HTML" if "html" in content_type else "something else"
        return None, f"answered {kind} instead of JSON"


def _object(reply: Reply) -> Mapping[str, Any]:
    if reply.fault:
        raise TransientError(reply.fault)
    if not isinstance(reply.data, dict):
        raise TransientError("answered in a form that it does not document (no JSON object)")
    return reply.data


def _trust(ca_bundle: str, *, beside: bool) -> ssl.SSLContext | bool:
    if not ca_bundle:
        return True
    try:
        if not beside:
            return ssl.create_default_context(cafile=ca_bundle)
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=ca_bundle)
    except OSError as error:
        raise ConfigError(f"fetch.ca_bundle = {ca_bundle} cannot be read: {error.strerror or error}") from None
    return context
