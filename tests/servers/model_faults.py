"""What a model server does when it fails, by name: each answers one chat call in its own wrong way."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.servers.model_answers import ID_FIELDS, answer_text

if TYPE_CHECKING:
    from tests.servers.model import ModelServer

Body = dict[str, Any]
Fault = Callable[["ModelServer", web.Request, Body], Awaitable[web.StreamResponse]]

FAULTS: dict[str, Fault] = {}
KINDS = {401: "authentication_error", 403: "permission_error", 429: "requests", 500: "server_error"}


def error(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """An error in OpenAI's JSON."""
    kind = KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return web.json_response(body, status=status, headers={"x-request-id": "req_fault", **(headers or {})})


def fault(name: str) -> Callable[[Fault], Fault]:
    def keep(function: Fault) -> Fault:
        FAULTS[name] = function
        return function

    return keep


def _refusing(name: str, status: int, message: str, **options: Any) -> None:
    @fault(name)
    async def refuse(_server: "ModelServer", _request: web.Request, _body: Body) -> web.StreamResponse:
        return error(status, message, **options)


_refusing("quota", 429, "You exceeded your current quota, please check your plan.", code="insufficient_quota")
_refusing("500", 500, "The server had an error while processing your request.")
_refusing("502", 502, "Bad gateway.")
_refusing("504", 504, "The upstream server is timing out.")
_refusing("bad_request", 400, "Invalid value for 'messages'.", param="messages")
_refusing("unauthorized", 401, "Incorrect API key provided: sk-se***key.", code="invalid_api_key")
_refusing("forbidden", 403, "You are not allowed to sample from this model.")
_refusing("unknown_model", 404, "The model `x` does not exist.", code="model_not_found")
_refusing("context", 400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded")
_refusing("redirect", 307, "elsewhere", headers={"Location": "/elsewhere"})
_refusing(
    "only_max_completion_tokens",
    400,
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    param="max_tokens",
    code="unsupported_parameter",
)
_refusing(
    "only_default_temperature",
    400,
    "Unsupported value: 'temperature' does not support 0 with this model.",
    param="temperature",
    code="unsupported_value",
)


@fault("429")
async def _rate_limited(server: "ModelServer", _request: web.Request, _body: Body) -> web.StreamResponse:
    return error(429, "Rate limit reached.", code="rate_limit_exceeded", headers={"Retry-After": server.retry_after})


@fault("429_reset")
async def _rate_limited_until(server: "ModelServer", _request: web.Request, _body: Body) -> web.StreamResponse:
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": server.retry_after}
    return error(429, "Rate limit reached.", code="rate_limit_exceeded", headers=headers)


@fault("503")
async def _overloaded(server: "ModelServer", _request: web.Request, _body: Body) -> web.StreamResponse:
    return error(503, "The engine is currently overloaded.", headers={"Retry-After": server.retry_after})


@fault("timeout")
async def _silent(_server: "ModelServer", _request: web.Request, _body: Body) -> web.StreamResponse:
    await asyncio.sleep(600)
    return web.Response()


@fault("cut")
async def _cut(server: "ModelServer", request: web.Request, body: Body) -> web.StreamResponse:
    whole = json.dumps(server.completion(body, {"role": "assistant", "content": answer_text(body)}, "stop")).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    assert request.transport is not None
    request.transport.abort()
    return response


@fault("hang_up")
async def _hang_up(_server: "ModelServer", request: web.Request, _body: Body) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _answering(name: str, status: int, text: str, content_type: str) -> None:
    @fault(name)
    async def answer(_server: "ModelServer", _request: web.Request, _body: Body) -> web.StreamResponse:
        return web.Response(status=status, text=text, content_type=content_type)


_answering("html", 200, "<!doctype html><html><body><h1>Sign in</h1></body></html>", "text/html")
_answering("html_500", 500, "<html><body>nginx</body></html>", "text/html")
_answering("half_json", 200, '{"id": "chatcmpl-1", "choices": [', "application/json")
_answering("list", 200, "[1, 2, 3]", "application/json")
_answering("nothing", 200, "", "application/json")
_answering("deep", 200, "[" * 100_000, "application/json")


@fault("huge")
async def _huge(server: "ModelServer", _request: web.Request, body: Body) -> web.StreamResponse:
    """10 MB, which nobody has to read to the end."""
    return web.json_response(server.completion(body, {"role": "assistant", "content": "a" * 10_000_000}, "stop"))


def _messaging(name: str, message: dict[str, Any], finish: str = "stop", **changes: Any) -> None:
    @fault(name)
    async def say(server: "ModelServer", _request: web.Request, body: Body) -> web.StreamResponse:
        answer = {**server.completion(body, {"role": "assistant", **message}, finish), **changes}
        server.paid.append(answer)
        return web.json_response(answer)


_messaging("null", {"content": None})
_messaging("empty", {"content": ""})
_messaging("refusal", {"content": None, "refusal": "I'm sorry, I can't assist with that request."})
_messaging("filtered", {"content": "The answer is"}, "content_filter")
_messaging("number", {"content": 7})
_messaging("surrogate", {"content": "\ud800"})
_messaging("empty_choices", {}, choices=[])
_messaging("null_choices", {}, choices=None)
_messaging("wrong_usage", {"content": "{}"}, usage={"prompt_tokens": "many", "completion_tokens": -3})


def _changing(name: str, change: Callable[[str], str], finish: str = "stop") -> None:
    @fault(name)
    async def changed(server: "ModelServer", request: web.Request, body: Body) -> web.StreamResponse:
        return await server.respond(request, body, change(answer_text(body)), finish)


def _wrongly_typed(text: str) -> str:
    return json.dumps({key: 7 if isinstance(value, str) else "seven" for key, value in json.loads(text).items()})


def _with_foreign_ids(text: str) -> str:
    return json.dumps(_foreign(json.loads(text), ""))


def _foreign(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _foreign(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_foreign(part, name) for part in value]
    if not ID_FIELDS.search(name):
        return value
    return "s99p99" if isinstance(value, str) else 9_999


_changing("length", lambda text: text[: len(text) * 3 // 4], "length")
_changing("invalid", lambda text: text.replace(":", "=", 1))
_changing("fenced", lambda text: f"Here it is:\n```json\n{text}\n```\nIs there more?")
_changing("prose", lambda _text: "I think that the answer is not to be had.")
_changing("thinking", lambda text: f"<think>First {{the}} sources.</think>\n{text}")
_changing("extra", lambda text: text.replace("{", '{"confidence": 0.9, ', 1))
_changing("wrong_types", _wrongly_typed)
_changing("foreign_ids", _with_foreign_ids)
