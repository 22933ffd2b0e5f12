"""The wire to a model's server: `openai`'s client with our limits; imported when the first call is made, not before."""

import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from actors.domain.errors import PermanentError, TransientError, UnknownOutcomeError
from actors.services.llm.failures import SERVER_TRIES, Failure, Reply, Say

CONNECT_SECONDS = 5.0
MAX_BYTES = 1_000_000
"""The longest reply: an answer of 10,000 tokens has about 50,000 bytes."""
UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.LocalProtocolError,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Wire:
    """Sends one request at a time and tells what came of it."""

    client: AsyncOpenAI
    say: Say

    async def send(self, request: dict[str, Any]) -> Reply | Failure:
        """One try of a chat completion; by `post`, as `chat.completions` rewrites each request for 2 ms."""
        try:
            response = await self.client.post("/chat/completions", cast_to=httpx2.Response, body=request)
        except APIStatusError as error:
            return _reply(error.response)
        except APIConnectionError as error:
            return _unreachable(error, self.say)
        return _reply(response)

    async def close(self) -> None:
        """Close its connections."""
        await self.client.close()


def open_wire(*, base_url: str, api_key: str, proxy: str, ca_bundle: str, connections: int, say: Say) -> Wire:
    """A wire to the server at `base_url`; `ca_bundle` is trusted beside the system's certificates."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells each call, at INFO, with the whole address
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    verify = False if base_url.startswith("http://") else _trusted(ca_bundle)
    inner = httpx2.AsyncHTTPTransport(verify=verify, proxy=proxy or None, limits=limits, trust_env=False)
    client = httpx2.AsyncClient(
        transport=LimitedTransport(inner),
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
    )
    openai = AsyncOpenAI(
        api_key=api_key or "none", base_url=base_url, max_retries=0, timeout=client.timeout, http_client=client
    )
    return Wire(openai, say)


def _trusted(ca_bundle: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_bundle:
        context.load_verify_locations(ca_bundle)
    return context


class TooLargeError(httpx2.RequestError):
    """The reply has more than `MAX_BYTES`."""


class LimitedTransport(httpx2.AsyncBaseTransport):
    """Another transport, of whose replies no more than `MAX_BYTES` are read."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request."""
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        if not isinstance(stream, httpx2.AsyncByteStream):
            raise TypeError("an asynchronous transport answers with an asynchronous stream")
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=_Limited(stream), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close its connections."""
        await self._inner.aclose()


class _Limited(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._inner:
            read += len(chunk)
            if read > MAX_BYTES:
                raise TooLargeError(f"the reply has more than {MAX_BYTES:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def _reply(response: httpx2.Response) -> Reply:
    return Reply(response.status_code, response.headers, response.content)


def _unreachable(error: APIConnectionError, say: Say) -> Failure:
    causes = list(_causes(error))
    if any(isinstance(cause, TooLargeError) for cause in causes):
        return Failure(UnknownOutcomeError(say(f"its reply has more than {MAX_BYTES:,} bytes")))
    if found := next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None):
        return Failure(PermanentError(say(f"its certificate is refused ({found.verify_message}): check llm.base_url")))
    if any(isinstance(cause, httpx2.TimeoutException) for cause in causes):
        reason = f"it cannot be reached within {CONNECT_SECONDS:g} s: check llm.base_url"
        return Failure(TransientError(say(reason)), SERVER_TRIES)
    words = next((str(cause) for cause in causes[1:] if str(cause)), "it was closed")
    if not any(isinstance(cause, UNSENT) for cause in causes):
        return Failure(UnknownOutcomeError(say(f"the connection was lost before its whole answer was there ({words})")))
    return Failure(TransientError(say(f"it cannot be reached ({words}): check llm.base_url")), SERVER_TRIES)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
