"""The wire to a model's server: one request, one reply of bounded length, or why there is none and what is known of it.

By aiohttp and not the `openai` package, which takes three times as long for a call and holds the interpreter for a
second while it is imported; of its own it would add retries alone, which are `client`'s.
"""

import asyncio
import json
import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from actors.domain.errors import PermanentError, TransientError, UnknownOutcomeError
from actors.services.llm.failures import SERVER_TRIES, Failure, Reply, Say

CONNECT_SECONDS = 5.0
KEPT_SECONDS = 4.0
"""A connection is used again within this time: many servers close it after 5 s, and would lose a call sent then."""
MAX_BYTES = 1_000_000
"""The longest reply: an answer of 10,000 tokens has about 50,000 bytes."""
CHUNK_BYTES = 1 << 16


class TooLargeError(Exception):
    """The reply has more than `MAX_BYTES`."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Sends one request at a time and tells what came of it."""

    session: aiohttp.ClientSession
    url: URL
    proxy: str | None
    say: Say

    async def send(self, request: dict[str, Any]) -> Reply | Failure:
        """One try of a chat completion."""
        body = json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")
        try:
            async with self.session.post(self.url, data=body, allow_redirects=False, proxy=self.proxy) as response:
                return Reply(response.status, response.headers, await _read(response))
        except TooLargeError:
            return Failure(UnknownOutcomeError(self.say(f"its reply has more than {MAX_BYTES:,} bytes")))
        except (aiohttp.ClientError, OSError) as error:
            return _lost(error, self.say)
        except ValueError as error:
            return Failure(PermanentError(self.say(f"llm.api_key cannot be sent ({error})")), alive=True)

    async def close(self) -> None:
        """Close its connections."""
        await self.session.close()


async def open_wire(*, base_url: URL, api_key: str, proxy: str, ca_bundle: str, user_agent: str, say: Say) -> Wire:
    """A wire to the server at `base_url`; `ca_bundle` is trusted beside the system's certificates.

    Raises:
        OSError, ValueError: the bundle cannot be used.
    """
    trusted = await asyncio.to_thread(_trusted, ca_bundle) if base_url.scheme == "https" else False
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": user_agent}
    url = base_url
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
        url = url.with_user(None)  # two authorizations in one request are refused by the library
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=trusted, keepalive_timeout=KEPT_SECONDS),
        timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
    )
    return Wire(session, (url / "chat/completions").with_query(url.query), proxy or None, say)


def _trusted(ca_bundle: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_bundle:
        context.load_verify_locations(ca_bundle)
    return context


async def _read(response: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        raw += chunk
        if len(raw) > MAX_BYTES:
            raise TooLargeError
    return bytes(raw)


def _lost(error: Exception, say: Say) -> Failure:
    words = str(error) or "the connection was closed"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        found = getattr(error.certificate_error, "verify_message", words)
        return Failure(PermanentError(say(f"its certificate is refused ({found}): check llm.base_url")))
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        reason = f"it cannot be reached within {CONNECT_SECONDS:g} s: check llm.base_url"
        return Failure(TransientError(say(reason)), SERVER_TRIES)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError):
        return Failure(TransientError(say(f"it cannot be reached ({words}): check llm.base_url")), SERVER_TRIES)
    return Failure(UnknownOutcomeError(say(f"the connection was lost before its whole answer was there ({words})")))
