"""What a provider's status means, in one sentence that names the setting to look at and holds no secret."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from multidict import CIMultiDict

from actors.domain.errors import PermanentError, ResearchError, TransientError
from actors.services.fetch.answers import status_reason

SUCCESS = range(200, 300)
REDIRECTS = range(300, 400)
SERVER_ERRORS = range(500, 600)
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, *SERVER_ERRORS})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came. `fault` says why its body cannot be used (empty: it can); `data` is its JSON then.

    `retry_after_seconds` is what it asked for.
    """

    status: int
    data: Any = None
    fault: str = ""
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The names of the settings that a provider depends on; `key` is empty where it needs none."""

    address: str
    key: str = ""


def refusal(reply: Reply, settings: Settings) -> ResearchError | None:
    """What is wrong by the status alone; None when it is an answer."""
    status = reply.status
    if status in SUCCESS:
        return None
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return too_many(reply)
    if status in PASSING:
        return TransientError(status_reason(status), retry_after_seconds=reply.retry_after_seconds)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return used_up(reply, settings)
    return PermanentError(f"{status_reason(status)}: {_advice(status, settings)}")


def too_many(reply: Reply) -> TransientError:
    """There were more requests than it allows in some span of time."""
    told = status_reason(reply.status)
    return TransientError(f"{told}: its quota is used for now", retry_after_seconds=reply.retry_after_seconds)


def used_up(reply: Reply, settings: Settings) -> PermanentError:
    """What was paid for is used."""
    return PermanentError(f"{status_reason(reply.status)}: the plan's quota is used up, for the key in {settings.key}")


def _advice(status: int, settings: Settings) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return f"look at {settings.key or settings.address}"
    if status == HTTPStatus.NOT_FOUND:
        return f"look at {settings.address}"
    if status in REDIRECTS:
        return f"set {settings.address} to where it leads"
    return "it did not accept the question"
