import json
import tomllib
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.handlers import pages
from app.openapi import VERSION, answer, described, setup_openapi
from app.parsing import BODY, QUERY, validation_middleware
from app.problems import InvalidError
from app.schemas.requests import JobListQuery, ResearchBody
from app.schemas.responses import HealthResponse, JobListResponse, JobResponse

ROOT = Path(__file__).parents[2]
FULL = {"maxLength": 2_000}


@described(
    "research", "Ask", "Takes it in.", {202: answer("Taken in.", JobResponse, headers=("Location",))}, body=ResearchBody
)
async def ask(request):
    return web.json_response(request[BODY])


@described("jobs", "List", "Lists them.", {200: answer("The jobs.", JobListResponse)}, query=JobListQuery)
async def look(request):
    return web.json_response(request[QUERY])


@described("health", "Look", "How it is.", {200: answer("Well.", HealthResponse)}, public=True)
async def health(request):
    return web.json_response({})


@web.middleware
async def errors(request, handler):
    try:
        return await handler(request)
    except InvalidError as error:
        return web.json_response(error.errors, status=422)


def small(*, keyed=True):
    app = web.Application(middlewares=[errors, validation_middleware])
    app.add_routes([web.post("/research", ask), web.get("/jobs/{job_id}", look), web.get("/health", health)])
    app.add_routes(pages.routes)
    setup_openapi(app, keyed=keyed)
    return app


async def document_of(app):
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/openapi.json")
        assert response.content_type == "application/json"
        return await response.json()


def operations(document):
    return [operation for path in document["paths"].values() for operation in path.values()]


def references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def resolved(document, reference):
    node = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


async def test_two_applications_of_one_process_each_get_the_full_document():
    first, second = await document_of(small()), await document_of(small())
    assert first == second
    assert first["components"]["schemas"]["ResearchBody"]["properties"]["query"].items() >= FULL.items()


async def test_every_reference_leads_somewhere():
    document = await document_of(small())
    found = set(references(document))
    assert "#/components/responses/Problem422" in found
    assert all(resolved(document, reference) for reference in found)


async def test_without_keys_nothing_is_said_of_them():
    document = await document_of(small(keyed=False))
    OpenAPIV31SpecValidator(document).validate()
    assert "securitySchemes" not in document["components"]
    assert not any("security" in each or "401" in each["responses"] for each in operations(document))


async def test_a_key_is_asked_for_everywhere_but_where_it_is_not():
    document = await document_of(small())
    assert document["paths"]["/research"]["post"]["security"] == [{"ApiKey": []}, {"Bearer": []}]
    assert {"401", "403"} <= document["paths"]["/research"]["post"]["responses"].keys()
    assert "security" not in document["paths"]["/health"]["get"]


async def test_the_reports_schema_is_the_published_one():
    document = await document_of(small())
    published = json.loads((ROOT / "docs/report.schema.json").read_text().replace("#/$defs/", "#/components/schemas/"))
    parts = document["components"]["schemas"]
    assert {name: parts[name] for name in published["$defs"]} == published["$defs"]
    assert parts["Report"]["properties"] == published["properties"]
    assert parts["Report"]["required"] == published["required"]


def test_the_version_is_the_projects():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


@pytest.fixture
async def client():
    async with TestClient(TestServer(small())) as opened:
        yield opened


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b'{"query": "\xff"}', "application/json", 400),
        ('{"query": "How?", "max_results": NaN}', "application/json", 400),
        ("9" * 5_000, "application/json", 400),
        ("query=How", "application/x-www-form-urlencoded", 415),
        ('{"query": "How?"}', "text/plain", 415),
        ("[]", "application/json", 422),
        ("", "application/json", 422),
        ('{"query": "How?"}', "application/problem+json", 200),
        ('{"query": "How?"}', "application/json; charset=nonsense", 200),
    ],
)
async def test_a_body_is_json_or_told_why_not(client, body, kind, status):
    response = await client.post("/research", data=body, headers={"Content-Type": kind})
    assert response.status == status, await response.text()


async def test_what_is_wrong_is_told_by_field(client):
    response = await client.post("/research", json={"query": "", "urls": ["a", 1, 2], "x": 1})
    assert (await response.json()).keys() == {"query", "urls.1", "urls.2", "x"}


async def test_no_more_is_told_than_somebody_would_read(client):
    response = await client.post("/research", json=dict.fromkeys(map(str, range(1_000)), 1))
    assert len(await response.json()) == 50


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_the_pages_run_no_script_but_their_own(client, path):
    response = await client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert "unsafe" not in policy["script-src"]
    assert policy["default-src"] == "'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["swagger_bundle.js", "swagger_style.css", "redoc.js"])
async def test_scripts_and_styles_come_from_here(client, name):
    response = await client.get(f"/docs/{name}")
    assert response.status == 200
    assert response.content_type == ("text/css" if name.endswith("css") else "text/javascript")
    assert b"cdn.redoc.ly" not in await response.read()


@pytest.mark.parametrize("name", ["", "__init__.py", "..%2f..%2fpyproject.toml", "%2e%2e/offapi/url.json", "scalar.js"])
async def test_nothing_else_does(client, name):
    assert (await client.get(f"/docs/{name}")).status == 404
