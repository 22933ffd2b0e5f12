"""A host that fails again and again, or asks for a pause, is left alone for a while: by all processes together."""

from http import HTTPStatus

from yarl import URL

from actors.domain.errors import SourceError, TransientError
from actors.services.fetch.answers import Answer
from actors.store.ports import Breakers

MOST_FAILURES = 5
PAUSE_SECONDS = 60.0
MAX_PAUSE_SECONDS = 3_600.0
"""What a host may ask for by Retry-After; a longer pause is none that anybody means."""


class HostBreakers:
    """Counts, for each host, the pages in a row that it failed to deliver; without `breakers` it counts nothing.

    A refusal such as 404 is an answer, no failure; so is one that says what is wrong with our request.
    """

    def __init__(self, breakers: Breakers | None) -> None:
        self._breakers = breakers

    async def check(self, url: str) -> None:
        """Let pass who may ask the host of `url`.

        Raises:
            SourceError: it is left alone now, and for how long.
        """
        if self._breakers and (seconds := await self._breakers.wait(_name(url))):
            raise SourceError(
                f"its host failed several times in a row or asked for a pause, and is left alone for {seconds:.0f} s"
            )

    async def note(self, url: str, outcome: Answer | TransientError) -> None:
        """Count what came of asking `url`, after all attempts."""
        if not self._breakers:
            return
        asked_for = outcome.retry_after_seconds
        if isinstance(outcome, Answer) and not _is_failure(outcome.status):
            await self._breakers.worked(_name(url))
        elif asked_for:
            pause = min(asked_for, MAX_PAUSE_SECONDS)
            await self._breakers.failed(_name(url), most=1, pause_seconds=pause)
        else:
            await self.failed(url)

    async def failed(self, url: str) -> None:
        """Count a failure to answer."""
        if self._breakers:
            await self._breakers.failed(_name(url), most=MOST_FAILURES, pause_seconds=PAUSE_SECONDS)

    async def worked(self, url: str) -> None:
        """The host answers, whatever its answer is worth."""
        if self._breakers:
            await self._breakers.worked(_name(url))


def _is_failure(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS


def _name(url: str) -> str:
    parsed = URL(url)
    return f"host:{parsed.raw_host}" if parsed.is_default_port() else f"host:{parsed.raw_host}:{parsed.port}"
