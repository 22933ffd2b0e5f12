"""One request to the open web, guarded: no redirect is followed, no cookie kept, nothing larger than allowed read."""

import ssl
import time
from collections.abc import Callable

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from actors.domain.errors import ConfigError, SourceError
from actors.services.fetch.answers import (
    REDIRECTS,
    RETRIED_STATUSES,
    SUCCESS,
    Answer,
    failure,
    retry_after_seconds,
)
from actors.services.fetch.base import Version
from actors.services.fetch.body import ACCEPTED_ENCODINGS, read_body, read_start
from actors.services.fetch.guard import GuardedResolver
from actors.services.fetch.kinds import unread_type
from actors.services.fetch.settings import FetchSettings
from actors.services.fetch.walls import PAYWALL, REFUSED_STATUSES, is_paywall, wall, wall_of_headers

ACCEPTED_TYPES = "text/html,application/xhtml+xml,application/pdf,text/plain,text/markdown,*/*;q=0.1"
CONNECTIONS = 100
VERSION_CHARACTERS = 512


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

    async def ask(self, url: str, known: Version | None = None) -> Answer:
        """The answer to a GET of `url`, which `check_url` has let pass; 304 if it is the `known` version still.

        Raises:
            TransientError: there is none, but asking again may help.
            SourceError: it cannot be had; the message is the reason.
            ConfigError: `ca_bundle` cannot be read.
        """
        session = self._session = self._session or self._open()
        proxy = self._settings.proxy or None
        headers = _conditions(known) if known and known.url == url else None
        try:
            async with session.get(
                URL(url, encoded=True), allow_redirects=False, proxy=proxy, headers=headers
            ) as response:
                return await self._read(response)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise failure(error) from error

    async def _read(self, response: aiohttp.ClientResponse) -> Answer:
        status, headers = response.status, response.headers
        if stands := wall_of_headers(status, headers):
            return Answer(status, wall=stands)
        if status in RETRIED_STATUSES:
            return Answer(status, retry_after_seconds=retry_after_seconds(headers.get("Retry-After"), self._clock()))
        if status in REDIRECTS:
            return Answer(status, location=headers.get("Location"))
        if status in REFUSED_STATUSES:
            return Answer(status, wall=_wall(await read_start(response)))
        if status not in SUCCESS:
            return Answer(status)
        told = response.content_type if "Content-Type" in headers else ""
        if reason := unread_type(told):
            raise SourceError(reason)
        body = await read_body(response, self._settings.max_bytes)
        etag, modified = _printable(headers.get("ETag")), _printable(headers.get("Last-Modified"))
        return Answer(status, body, told, response.charset, etag=etag, modified=modified)

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


def _conditions(known: Version) -> dict[str, str]:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {name: value for name, value in asked.items() if value}


def _printable(header: str | None) -> str:
    """What may be sent back as it came; anything odd is forgotten."""
    header = (header or "").strip()
    return header if header.isascii() and header.isprintable() and len(header) <= VERSION_CHARACTERS else ""


def _wall(body: bytes) -> str | None:
    told = body.decode("utf-8", "replace")
    return PAYWALL if is_paywall(told) else wall("", told)


def _trust(ca_bundle: str) -> ssl.SSLContext | bool:
    if not ca_bundle:
        return True
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        raise ConfigError(f"fetch.ca_bundle = {ca_bundle} cannot be read: {error.strerror or error}") from None
