"""What /openapi.json says of the service itself, and whether the service keeps to it."""

import asyncio

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.generation import GenerationMode

from app.openapi import TAGS

UNDOCUMENTED = {"/openapi.json", "/docs", "/docs/{name}", "/redoc"}
METHODS = {"get", "post", "put", "patch", "delete"}
EXAMPLES, EXAMPLES_OF_A_PATH = 15, 4


@pytest.fixture
async def document(client):
    return await (await client.get("/openapi.json")).json()


def operations(document):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


async def test_the_document_is_valid_openapi(document):
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


async def test_the_document_has_the_routes_of_the_service_and_no_other(app, document):
    served = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.method.lower() in METHODS and route.resource.canonical not in UNDOCUMENTED
    }
    assert operations(document).keys() == served


async def test_every_operation_tells_what_it_is_for(document):
    for name, operation in operations(document).items():
        assert operation["summary"], name
        assert operation["description"], name
        assert len(operation["tags"]) == 1, name
        assert operation["tags"][0] in TAGS, name
        assert all(parameter["description"] for parameter in operation["parameters"]), name
    ids = [operation["operationId"] for operation in operations(document).values()]
    assert len(ids) == len(set(ids))


async def test_every_tag_is_used_and_described(document):
    used = {tag for operation in operations(document).values() for tag in operation["tags"]}
    assert {tag["name"] for tag in document["tags"] if tag["description"]} == used == TAGS.keys()


async def test_every_operation_tells_how_it_can_fail(document):
    for name, operation in operations(document).items():
        codes = operation["responses"].keys()
        assert "500" in codes, name
        assert any(code.startswith(("2", "3")) for code in codes), name
        assert ("404" in codes) == ("{" in name), name
        assert ("413" in codes) == ("requestBody" in operation), name


async def test_every_field_is_described_with_an_example(document):
    for name, schema in document["components"]["schemas"].items():
        if name.endswith(("Body", "Response")) or name == "Problem":
            for field, said in schema["properties"].items():
                assert said["description"], (name, field)
                assert said.keys() & {"examples", "$ref", "items", "anyOf"}, (name, field)


async def test_the_service_keeps_to_its_document(client, document):
    """Requests that it allows are answered as it says, about a job that exists; those that it forbids are refused."""
    address = str(client._base_url).rstrip("/")
    for each in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = each.ok()
        known = {"job_id": await ended_job(client)} if "{job_id}" in operation.path else {}
        known |= {"name": "report.json"} if "{name}" in operation.path else {}
        await asyncio.to_thread(check, operation, GenerationMode.POSITIVE, address, **known)
        if operation.body or operation.query:
            await asyncio.to_thread(check, operation, GenerationMode.NEGATIVE, address)


async def ended_job(client):
    job = await (await client.post("/research", json={"query": "How?"})).json()
    await (await client.get(job["events_url"], headers={"Accept": "text/event-stream"})).read()
    return job["job_id"]


def in_order(body):
    """Whether the days, if there are two, leave time between them: no schema can ask for that."""
    days = [body.get("since"), body.get("until")] if isinstance(body, dict) else []
    return not all(days) or days == sorted(days)


def check(operation, mode, address, **known):
    limits = settings(
        max_examples=EXAMPLES if operation.body or operation.query else EXAMPLES_OF_A_PATH,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @limits
    @given(case=operation.as_strategy(generation_mode=mode))
    def conforms(case):
        assume(mode is GenerationMode.NEGATIVE or in_order(case.body))
        case.path_parameters |= known
        case.call_and_validate(base_url=address)

    conforms()
