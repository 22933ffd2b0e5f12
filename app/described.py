"""How a handler says what it takes and answers, once: the middleware checks it, /openapi.json shows it.

    @routes.get("/jobs/{job_id}", allow_head=False)
    @described("jobs", "Look at a job", "As it stands.", {200: answer("The job.", JobResponse)}, errors=(404,))
    async def get_job(request: web.Request) -> web.Response: ...

The operation's id is the handler's name. With `app.parsing.validation_middleware` among the middlewares, what was made
of a `body` is in `request[app.parsing.BODY]`, of a `query` in `request[app.parsing.QUERY]`. Documented without a word:
500; 503 unless the operation is `public`, and with keys 401 and 403; 400, 408, 413, 415 and 422 with a `body`; 422
with a `query`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from aiohttp import web
from aiohttp_apispec import docs, json_schema, querystring_schema
from marshmallow import Schema

Handler = TypeVar("Handler", bound=Callable[[web.Request], Awaitable[web.StreamResponse]])
Answer = dict[str, Any]

REPORT = {"$ref": "#/components/schemas/Report"}
"""The schema of report.json."""

TEXT = ("text/html", "text/markdown", "text/plain")
"""What is one string; a stream of events is none, to tools that read it event by event."""

ALWAYS = ("X-Request-ID", "X-Degraded")
"""Response headers that any answer may have."""


def answer(
    description: str,
    schema: type[Schema] | Mapping[str, Any] | None = None,
    *,
    headers: Sequence[str] = (),
    media: Mapping[str, str] | None = None,
) -> Answer:
    """A response: JSON of this schema, other media types (with an example of each, if not empty), or nothing.

    `headers` are names of `app.openapi.HEADERS`.
    """
    content: dict[str, Any] = {}
    for kind, example in (media or {}).items():
        content[kind] = {"schema": {"type": "string"}} if kind in TEXT else {}
        content[kind] |= {"example": example} if example else {}
    if schema:
        content["application/json"] = {"schema": schema}
    found: Answer = {"description": description, "headers": {name: name for name in (*headers, *ALWAYS)}}
    return {**found, "content": content} if content else found


def described(
    tag: str,
    summary: str,
    description: str,
    answers: Mapping[int, Answer],
    *,
    errors: Sequence[int] = (),
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    headers: type[Schema] | None = None,
    public: bool = False,
) -> Callable[[Handler], Handler]:
    """What a handler is for.

    `errors` are statuses answered with a problem. `headers` describes request headers, which the handler judges. A
    `public` operation asks for no key. Parameters in the path are described by `app.openapi.PATHS`.
    """
    implied = ((400, 408, 413, 415, 422) if body else (422,) if query else ()) + (() if public else (401, 403, 503))
    parameters = [{"in": "header", "schema": headers}] if headers else []
    marks: list[Callable[[Handler], Handler]] = [
        docs(
            tags=[tag],
            summary=summary,
            description=description,
            parameters=parameters,
            responses={str(status): each for status, each in answers.items()},
            problems=sorted({*implied, *errors, 500} - set(answers)),
            public=public,
        )
    ]
    marks += [querystring_schema(query)] if query else []
    marks += [json_schema(body, required=True)] if body else []

    def mark(handler: Handler) -> Handler:
        for each in marks:
            handler = each(handler)
        return handler

    return mark
