"""Makes OpenAPI 3.1 of what the handlers say of themselves (`app.described`): /openapi.json cannot tell another story.

aiohttp-apispec writes Swagger 2.0 and empties the handlers' own data as it reads it, so that only the first application
of a process gets a full document. `Document` reads without taking, and writes the newer form.
"""

import json
import warnings
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp_apispec import AiohttpApiSpec
from aiohttp_apispec.utils import get_path, get_path_keys
from apispec import APISpec
from apispec.core import Components

from actors.domain.analysis import Report
from app.described import ALWAYS, answer, described
from app.keys import ENGINE
from app.schemas.base import EXAMPLE_ID
from app.schemas.responses import Problem

__all__ = ["DOCUMENT", "VERSION", "answer", "described", "setup_openapi"]

VERSION = "0.1.0"
TITLE = "Content Research Pipeline"
ABOUT = (
    "Ask a question; the service searches, reads and weighs sources, and publishes a report of which every sentence is "
    "checked against the verbatim passage it cites.\n\n`POST /research` takes a job in, `GET /jobs/{job_id}/events` "
    "follows it live, `GET /status/{job_id}` answers its result, `POST /research/plan` what it would cost. A `budget` "
    "is never exceeded: when a part of it has run out, the job ends `partial` with a report of what it has, and its "
    "`stop_reason` says why. Errors are problems (RFC 9457)."
)
TAGS = {
    "research": "Ask questions and get the answers.",
    "jobs": "Look after the jobs that questions become.",
    "reports": "Read what was found: each report as a page, as Markdown and as data.",
    "health": "See how the service is.",
}
SECURITY = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "One of the service's keys."},
    "Bearer": {"type": "http", "scheme": "bearer", "description": "The same key as `Authorization: Bearer`."},
}
HEADERS = {
    "X-Request-ID": "Names the request in the service's log: as the request's own X-Request-ID did, if it had one.",
    "X-Degraded": "Why the service works with less than it was asked for, as `memory-store`; absent when it does not.",
    "Location": "Where the new job is.",
    "Retry-After": "How many seconds to wait before trying again.",
    "WWW-Authenticate": "How to send a key.",
    "Allow": "The methods that this address takes.",
}
PROBLEMS = {
    400: "The body is not JSON, or the request is not HTTP as it should be.",
    401: "There is no API key in the request, or one that is not known.",
    403: "The key may not do this.",
    404: "There is no such thing, or it belongs to somebody else.",
    408: "The body did not come in time.",
    409: "Not in the state that the job, or what was collected, is in.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "A field is not as it must be; `errors` says which and what is allowed.",
    429: "Too many requests.",
    500: "A bug. The log has it under the request's id.",
    503: "The store cannot be reached, or too many jobs wait. Nothing was lost.",
}
PROBLEM_HEADERS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
KEYED_ONLY = (401, 403)
PATHS = {
    "job_id": ("The job's id, a UUID version 7.", EXAMPLE_ID),
    "name": ("A file of the report.", "report.json"),
}
METHODS = ("get", "post", "put", "patch", "delete")
INVALID = 422
_SCHEMAS = "#/components/schemas/"


class Document(AiohttpApiSpec):  # type: ignore[misc] # the library has no types
    """The document of one application: complete once that has started, then `text` holds it."""

    def __init__(self, *, keyed: bool) -> None:
        super().__init__(url=None, title=TITLE, version=VERSION)
        info = {"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}}
        self.spec = APISpec(TITLE, VERSION, "3.1.0", (self.plugin,), info=info)
        self.keyed = keyed
        self.text = ""
        _add_components(self.spec.components, keyed=keyed)
        for name, text in TAGS.items():
            self.spec.tag({"name": name, "description": text})

    def _register(self, app: web.Application) -> None:
        for route in app.router.routes():
            said = getattr(route.handler, "__apispec__", None)
            if said and route.method.lower() in METHODS:
                path = get_path(route)
                operation = self._operation(said, path, route.handler.__name__)
                self.spec.path(path=path, operations={route.method.lower(): operation})
        document = self.spec.to_dict()
        body = document["components"]["schemas"].get("ResearchBody")
        if body and ENGINE in app:
            names = list(app[ENGINE].providers)
            body["properties"]["providers"]["items"]["enum"] = names
            body["properties"]["providers"]["examples"] = [names[:1]]
        self.text = json.dumps(document, ensure_ascii=False)

    def _operation(self, said: dict[str, Any], path: str, name: str) -> dict[str, Any]:
        operation = {key: deepcopy(said[key]) for key in ("tags", "summary", "description", "parameters", "responses")}
        operation["operationId"] = said.get("operationId", name)
        for part in said["schemas"]:
            if part["location"] == "json":
                content = {"application/json": {"schema": part["schema"]}}
                operation["requestBody"] = {"content": content, "required": part["options"]["required"]}
            else:
                where = "query" if part["location"] == "querystring" else "path"
                operation["parameters"].append({"in": where, "schema": part["schema"]})
        named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        for key in get_path_keys(path):
            if key not in named:
                operation["parameters"].append(_path_parameter(key))
        for status in said.get("problems", ()):
            if self.keyed or status not in KEYED_ONLY:
                operation["responses"][str(status)] = f"Problem{status}"
        if self.keyed and not said.get("public"):
            operation["security"] = [{name: []} for name in SECURITY]
        return operation


DOCUMENT = web.AppKey("openapi_document", Document)


def _path_parameter(key: str) -> dict[str, Any]:
    description, example = PATHS.get(key, (key, key))
    schema = {"type": "string", "examples": [example]}
    return {"in": "path", "name": key, "required": True, "description": description, "schema": schema}


def _add_components(components: Components, *, keyed: bool) -> None:
    for name, text in HEADERS.items():
        kind = "integer" if name == "Retry-After" else "string"
        components.header(name, {"description": text, "schema": {"type": kind}})
    components.schema("Problem", schema=Problem)
    for status, text in PROBLEMS.items():
        headers = {name: name for name in (*PROBLEM_HEADERS.get(status, ()), *ALWAYS)}
        content = {"application/problem+json": {"schema": "Problem", "example": _example(status, text)}}
        components.response(f"Problem{status}", {"description": text, "headers": headers, "content": content})
    for name, schema in _report_schemas().items():
        components.schema(name, schema)
    for name, scheme in SECURITY.items() if keyed else ():
        components.security_scheme(name, scheme)


def _example(status: int, detail: str) -> dict[str, Any]:
    problem: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    problem |= {"detail": detail, "request_id": EXAMPLE_ID}
    return problem | ({"errors": {"max_results": ["Must be from 1 to 100."]}} if status == INVALID else {})


def _report_schemas() -> dict[str, Any]:
    """The parts of docs/report.schema.json. Every field is written, also the empty ones, so all are required."""
    whole = Report.model_json_schema(mode="serialization", ref_template=f"{_SCHEMAS}{{model}}")
    parts = {**whole.pop("$defs"), "Report": whole}
    for part in parts.values():
        if "properties" in part:
            part["required"] = list(part["properties"])
            for field in part["properties"].values():
                field.pop("default", None)
                field.pop("title", None)
    return parts


def setup_openapi(app: web.Application, *, keyed: bool) -> None:
    """Have the application describe itself once it has started; `keyed`: whether a key is asked for.

    That requests are checked against the same schemas is up to `app.parsing.validation_middleware`.
    """
    app[DOCUMENT] = document = Document(keyed=keyed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", web.NotAppKeyWarning)
        document.register(app)
