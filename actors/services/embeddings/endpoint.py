"""One request to an embeddings API: sent again when that may help, over in time, and small enough to read.

By aiohttp and not the `openai` package, which costs the service 25 MB and a second of import that holds the
interpreter, and reads answers of megabytes in the event loop.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from actors.domain.errors import PermanentError, TransientError
from actors.services.embeddings.refusals import refusal

TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
MAX_BYTES = 64_000_000
"""A hundred texts of 16,384 dimensions written as numbers take half of it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where embeddings are made; `turns` bounds the requests of this process at once."""

    session: aiohttp.ClientSession
    url: URL
    api_key: str
    timeout_seconds: float
    turns: asyncio.Semaphore
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    @property
    def host(self) -> str:
        """Who is asked, without what may be secret of the address."""
        return self.url.host_port_subcomponent or ""

    async def post(self, body: dict[str, Any]) -> bytes:
        """The answer of status 200, whatever it is; `timeout_seconds` are for all tries together.

        Raises:
            TransientError: there is none for now.
            TooMuchError: the server takes fewer or shorter texts in one request.
            PermanentError: a setting is wrong; the message names it.
        """
        async with self.turns:
            try:
                async with asyncio.timeout(self.timeout_seconds) as limit:
                    return await self._try(body, limit)
            except TimeoutError as error:
                reason = f"the embeddings server {self.host} has not answered within {self.timeout_seconds:g} s"
                raise TransientError(reason) from error

    async def _try(self, body: dict[str, Any], limit: asyncio.Timeout) -> bytes:
        for number in range(1, TRIES + 1):
            try:
                return await self._once(body)
            except TransientError as error:
                pause = FIRST_PAUSE_SECONDS * 2 ** (number - 1) * (1 + self.chance())
                if error.retry_after_seconds is not None:
                    pause = error.retry_after_seconds * (1 + self.chance() / 10)
                if number == TRIES or pause > (limit.when() or 0) - asyncio.get_running_loop().time():
                    raise
            await self.sleep(pause)
        raise AssertionError("unreachable")

    async def _once(self, body: dict[str, Any]) -> bytes:
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        try:
            async with self.session.post(self.url, json=body, headers=headers, allow_redirects=False) as response:
                raw = await self._read(response)
        except (aiohttp.ClientError, OSError) as error:
            reason = self._clean(str(error)) or type(error).__name__
            raise TransientError(f"the embeddings server {self.host} does not answer: {reason}") from None
        if response.status == HTTPStatus.OK:
            return raw
        text = self._clean(raw[:100_000].decode(errors="replace"))
        raise refusal(response.status, response.headers, text, host=self.host, model=str(body["model"]))

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        raw = bytearray()
        async for chunk in response.content.iter_chunked(1 << 18):
            raw += chunk
            if len(raw) > MAX_BYTES:
                raise PermanentError(f"embeddings.base_url: {self.host} answers with more than {MAX_BYTES:,} bytes")
        return bytes(raw)

    def _clean(self, text: str) -> str:
        """Without the key, which some servers repeat."""
        return text.replace(self.api_key, "[api_key]") if self.api_key else text
