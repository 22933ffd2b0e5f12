"""What an answer that is no success means: wait, look at a setting, or ask for less at once."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from actors.domain.errors import PermanentError, ResearchError, TransientError

MOST_CHARACTERS = 200
_TOO_MUCH = re.compile(r"too (?:long|large|many|big)|maximum|exceed|at most|batch|context", re.IGNORECASE)
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_MAY_PASS = frozenset({408, 409, 425, 429})
_TELLS_LIMITS = frozenset({400, 422, 500})


class TooMuchError(PermanentError):
    """The server takes fewer or shorter texts in one request."""


def refusal(status: int, headers: Mapping[str, str], body: str, *, host: str, model: str) -> ResearchError:
    """The error that stands for an answer of this status (any but 200)."""
    code, message = _told(body)
    says = f"{host} says {status}" + (f": {message}" if message else "")
    if code in _NO_CREDIT or status == HTTPStatus.PAYMENT_REQUIRED:
        return PermanentError(f"embeddings.api_key: its credit is used up; {says}")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PermanentError(f"embeddings.api_key: it is missing, wrong, or may not use {model!r}; {says}")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or (status in _TELLS_LIMITS and _TOO_MUCH.search(message)):
        return TooMuchError(f"embeddings.model: {model!r} does not take these texts; {says}")
    if status in _MAY_PASS or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED):
        return TransientError(f"the embeddings server {says}", retry_after_seconds=retry_after(headers))
    if status < HTTPStatus.BAD_REQUEST:
        return PermanentError(f"embeddings.base_url: {says}, which is not an embeddings API's answer")
    no_such = status in (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED)
    setting = "embeddings.base_url or embeddings.model" if no_such else "embeddings.model"
    return PermanentError(f"{setting}: {model!r} is refused; {says}")


def retry_after(headers: Mapping[str, str], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Seconds that the answer asks to wait; None where it does not say."""
    value = headers.get("Retry-After", "").strip()
    try:
        return max(0.0, float(value)) if re.match(r"[\d.]+$", value) else _until(value, now())
    except (ValueError, TypeError, OverflowError):
        return None


def _until(value: str, now: datetime) -> float | None:
    return max(0.0, (parsedate_to_datetime(value) - now).total_seconds()) if value else None


def _told(body: str) -> tuple[str, str]:
    """The error's code and its message, in whichever of the usual places they are."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "", _short(body)
    error = told.get("error", told) if isinstance(told, dict) else told
    if not isinstance(error, dict):
        return "", _short(str(error))
    message = error.get("message") or error.get("detail") or body
    return str(error.get("code") or error.get("type") or ""), _short(str(message))


def _short(text: str) -> str:
    return " ".join(text.split())[:MOST_CHARACTERS]
