"""What an error looks like to a client (RFC 9457): every answer that is one is made here."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web


class InvalidError(Exception):
    """Fields of the request that cannot be used: for each, what is allowed."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def problem(
    status: int,
    detail: str,
    *,
    request_id: str,
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """An answer of this status; `detail` is for people, `errors` tells by field what is wrong with the request."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    told["request_id"] = request_id
    body = json.dumps(told | ({"errors": dict(errors)} if errors else {}))
    return web.Response(text=body, status=status, content_type="application/problem+json", headers=headers)
