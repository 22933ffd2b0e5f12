"""How requests are read and checked: whatever is wrong with one is an exception that says so in words for people."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NoReturn

from aiohttp import web
from aiohttp.typedefs import Handler
from marshmallow import Schema, ValidationError, missing
from webargs.aiohttpparser import AIOHTTPParser
from webargs.core import is_json

from app.problems import InvalidError

BODY = web.RequestKey("body", dict[str, Any])
"""What a handler's `body` schema made of the request's body."""

QUERY = web.RequestKey("query", dict[str, Any])
"""What a handler's `query` schema made of the query string."""

ERRORS_MAX = 50
"""How many things a single request is told to be wrong with it."""

GIVEN_MAX = 80
"""How many characters of a wrong value are told back."""


class Parser(AIOHTTPParser):
    """Reads bodies as RFC 8259 has them, in UTF-8 whatever the header says."""

    async def load_json(self, req: web.Request, schema: Schema) -> object:  # noqa: ARG002 (the library's signature)
        """The body.

        Raises:
            HTTPUnsupportedMediaType: it says that it is something else.
            HTTPBadRequest: it is not JSON.
            InvalidError: it is no object.
        """
        if not req.body_exists:
            return missing
        if not is_json(req.headers.get("Content-Type")):
            raise web.HTTPUnsupportedMediaType(text="The body must be JSON, sent as Content-Type: application/json.")
        try:
            body = json.loads((await req.read()).decode(), parse_constant=_refuse)
        except RecursionError:
            raise web.HTTPBadRequest(text="The body is nested too deeply.") from None
        except UnicodeDecodeError:
            raise web.HTTPBadRequest(text="The body is not UTF-8.") from None
        except json.JSONDecodeError as error:
            raise web.HTTPBadRequest(text=f"The body is not valid JSON: {error}.") from None
        except ValueError:
            raise web.HTTPBadRequest(text="The body holds a number that is none in JSON, or is too long.") from None
        if not isinstance(body, dict):
            raise InvalidError({"body": ["Must be a JSON object."]})
        return body

    def handle_error(self, error: ValidationError, *_: object, **__: object) -> NoReturn:
        """Raise `InvalidError`."""
        told: dict[str, list[str]] = {}
        for field, message in islice(_flat(error.messages_dict), ERRORS_MAX):
            told.setdefault(field, []).append(message + _given(error.data, field))
        raise InvalidError(told) from error


PARSER = Parser()


@web.middleware
async def validation_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Check the request against the schemas of its handler.

    It stands in for the one of aiohttp-apispec, whose untyped keys make aiohttp warn at each request.
    """
    for said in getattr(request.match_info.handler, "__schemas__", ()):
        key = BODY if said["location"] == "json" else QUERY
        request[key] = await PARSER.parse(said["schema"], request, location=said["location"], unknown=None)
    return await handler(request)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _given(data: object, field: str) -> str:
    """What stands at this place of the request, cut short; nothing for a field that is missing."""
    for step in field.split("."):
        if isinstance(data, Mapping) and step in data:
            data = data[step]
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return ""
    text = json.dumps(data, ensure_ascii=False)
    return f" (given: {text if len(text) <= GIVEN_MAX else text[:GIVEN_MAX] + '…'})"


def _flat(messages: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and message, without the part of the request it is in: `urls.0`."""
    for part in messages.values():
        yield from _walk(part, "")


def _walk(messages: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            step = "" if name == "_schema" else str(name)
            yield from _walk(below, ".".join(filter(None, (path, step))))
    elif isinstance(messages, list):
        for message in messages:
            yield path or "body", str(message)
