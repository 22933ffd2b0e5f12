"""What a failed call means, decided without making one: what it is told as, how often it is tried, who is to blame."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from actors.domain.errors import PermanentError, TransientError, UnknownOutcomeError

CONTEXT = re.compile(
    r"context[ _-]?(length|size|window)|exceed_context|maximum (context|prompt|input)|too many (input )?tokens"
    r"|prompt is too long",
    re.IGNORECASE,
)
QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing|credit balance", re.IGNORECASE)
TOO_LONG = frozenset((400, 413, 422))
BLAMED = {
    **dict.fromkeys((301, 302, 303, 307, 308), "it redirects: set llm.base_url to where it really is"),
    401: "it does not accept llm.api_key",
    403: "it does not allow llm.model with this llm.api_key",
}
CHECK = "check llm.model and llm.base_url, which ends in /v1"
PASSING = frozenset((408, 409, 425, 429))
GATEWAY_TIMEOUTS = frozenset((504, 524))
"""The server behind the gateway may be at work on the call all the same."""
DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")

SERVER_TRIES = 4
PAGE_TRIES = 2
UNLIMITED_TRIES = 1_000

BASE_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from a server, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as it may be shown."""
        return self.body[:4_000].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no answer. It is tried `tries` times in all; `alive` where the server itself seems to work.

    What may have been paid (`UnknownOutcomeError`) is not tried again here.
    """

    error: TransientError | PermanentError
    tries: int = 1
    alive: bool = False

    def wait_seconds(self, tried: int, *, jitter: float) -> float | None:
        """How long to wait before the next try, after `tried` (from 1); None when there is none.

        `jitter` from 0 to 1 takes away up to half of it; what the server has named is kept.
        """
        if tried >= self.tries:
            return None
        named = self.error.retry_after_seconds if isinstance(self.error, TransientError) else None
        grown = min(LONGEST_WAIT_SECONDS, BASE_WAIT_SECONDS * 2.0 ** min(tried - 1, 16)) * (1 - jitter / 2)
        return grown if named is None else max(named, grown if tried > 1 else 0.0)


Say = Callable[[str], str]
"""Makes a message of a reason: names the model, leaves out secrets."""


def refused(reply: Reply, code: str, message: str, say: Say, *, now: float) -> Failure:
    """A status that is no answer; `code` and `message` are what the server says about it, `now` is Unix seconds."""
    status, told = reply.status, f"{reply.status}: {message}"
    words = f"{code} {message}"
    if status in TOO_LONG and CONTEXT.search(words):
        return _never(say(f"the prompt is too long for it: set llm.context_tokens to what it takes ({told})"))
    if status == HTTPStatus.PAYMENT_REQUIRED or (status == HTTPStatus.TOO_MANY_REQUESTS and QUOTA.search(words)):
        return _never(say(f"the quota of llm.api_key is used up ({told})"))
    if status in GATEWAY_TIMEOUTS:
        return Failure(UnknownOutcomeError(say(told)))
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        error = TransientError(say(told), retry_after_seconds=retry_after_seconds(reply.headers, now=now))
        tries = UNLIMITED_TRIES if status == HTTPStatus.TOO_MANY_REQUESTS else SERVER_TRIES
        return Failure(error, tries, alive=status < HTTPStatus.INTERNAL_SERVER_ERROR)
    if status in BLAMED:
        # What a server says about a key may hold a part of it.
        return _never(say(f"{BLAMED[status]} ({status})"))
    return _never(say(f"it is not found: {CHECK} ({told})" if status == HTTPStatus.NOT_FOUND else told))


def unreadable(reply: Reply, reason: str, say: Say) -> Failure:
    """A status 200 with what is no chat completion."""
    if reply.body.lstrip()[:1] == b"<" or "html" in reply.headers.get("content-type", ""):
        told = "it answers with a page, not with JSON: check llm.base_url, which ends in /v1"
        return Failure(TransientError(say(told)), PAGE_TRIES)
    return Failure(UnknownOutcomeError(say(reason)))


def retry_after_seconds(headers: Mapping[str, str], *, now: float) -> float | None:
    """What the server asks to wait: Retry-After (seconds or a date), else when its limits that are used up end."""
    if (given := headers.get("retry-after-ms", "")) and given.isdecimal():
        return int(given) / 1000
    if given := headers.get("retry-after", "").strip():
        return _seconds(given, now)
    resets = [
        _duration(headers.get(f"x-ratelimit-reset-{what}", ""))
        for what in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{what}", "0") == "0"
    ]
    return max((seconds for seconds in resets if seconds is not None), default=None)


def _never(message: str) -> Failure:
    return Failure(PermanentError(message), alive=True)


def _seconds(given: str, now: float) -> float | None:
    if re.fullmatch(r"\d{1,9}(\.\d+)?", given):
        return float(given)
    try:
        date = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)


def _duration(given: str) -> float | None:
    """`6m0s`, `20ms`, `1.5s` or plain seconds."""
    if re.fullmatch(r"\d{1,9}(\.\d+)?", given):
        return float(given)
    found = DURATION.fullmatch(given)
    if not given or found is None:
        return None
    hours, minutes, seconds, thousandths = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
