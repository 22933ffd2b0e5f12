"""One request to the open web, guarded: no redirect is followed, no cookie kept, nothing larger than allowed read."""

import ssl
import time
from collections.abc import Callable

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from actors.domain.errors import ConfigError
from actors.services.fetch.answers import (
    REDIRECTS,
    RETRIED_STATUSES,
    SUCCESS,
    Answer,
    failure,
    retry_after_seconds,
)
from actors.services.fetch.body import ACCEPTED_ENCODINGS, read_body
from actors.services.fetch.guard import GuardedResolver
from actors.services.fetch.settings import FetchSettings

ACCEPTED_TYPES = "text/html,application/xhtml+xml,application/pdf,text/plain,text/markdown,*/*;q=0.1"
CONNECTIONS = 100


class WebClient:
    """Opens its session on first use; `clock` gives Unix seconds, `resolver` stands in for the system's."""

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Callable[[], float] = time.time,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, url: str) -> Answer:
        """The answer to a GET of `url`, which `check_url` has let pass.

        Raises:
            TransientError: there is none, but asking again may help.
            SourceError: it cannot be had; the message is the reason.
            ConfigError: `ca_bundle` cannot be read.
        """
        session = self._session = self._session or self._open()
        proxy = self._settings.proxy or None
        try:
            async with session.get(URL(url, encoded=True), allow_redirects=False, proxy=proxy) as response:
                return await self._read(response)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise failure(error) from error

    async def _read(self, response: aiohttp.ClientResponse) -> Answer:
        status = response.status
        if status in RETRIED_STATUSES:
            asked = retry_after_seconds(response.headers.get("Retry-After"), self._clock())
            return Answer(status, retry_after_seconds=asked)
        if status in REDIRECTS:
            return Answer(status, location=response.headers.get("Location"))
        if status not in SUCCESS:
            return Answer(status)
        body = await read_body(response, self._settings.max_bytes)
        told = "Content-Type" in response.headers
        return Answer(status, body, response.content_type if told else "", response.charset)

    def _open(self) -> aiohttp.ClientSession:
        settings = self._settings
        resolver = self._resolver if settings.proxy else GuardedResolver(settings, self._resolver)
        connector = aiohttp.TCPConnector(ssl=_trust(settings.ca_bundle), resolver=resolver, limit=CONNECTIONS)
        headers = {
            "User-Agent": settings.user_agent,
            "Accept": ACCEPTED_TYPES,
            "Accept-Encoding": ACCEPTED_ENCODINGS,
        }
        return aiohttp.ClientSession(
            connector=connector,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Close all connections; a later request opens them anew."""
        if self._session:
            await self._session.close()
            self._session = None


def _trust(ca_bundle: str) -> ssl.SSLContext | bool:
    if not ca_bundle:
        return True
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        raise ConfigError(f"fetch.ca_bundle = {ca_bundle} cannot be read: {error.strerror or error}") from None
