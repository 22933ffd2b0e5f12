"""Whatever is wrong with a request, or goes wrong with it, the answer is a problem that tells nothing of the inside."""

import asyncio
import gzip
import io
import logging

import pytest
from aiohttp import web

from actors.domain.errors import EngineFailedError, PermanentError, ProcessDiedError, StoreUnavailableError
from app.factory import BODY_MAX_BYTES, create_app
from app.middlewares.body import read_body
from app.middlewares.errors import errors_to_problems
from app.middlewares.request_id import name_request

JSON = {"Content-Type": "application/json"}
JOB = "019a2b7c-4d5e-7f60-8a1b-2c3d4e5f6071"


async def raw(client, request):
    """What is answered to these bytes before the connection is closed."""
    base = client._base_url
    reader, writer = await asyncio.open_connection(base.host, base.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    await writer.wait_closed()
    return answer.decode()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"query=Why", "application/x-www-form-urlencoded", 415),
        (b'{"query": "Why?"}', "text/plain", 415),
        (b'{"query": "Why?"}', "application/octet-stream", 415),
        (b"[]", "application/json", 422),
        (b'"Why?"', "application/json", 422),
        (b"null", "application/json", 422),
        (b"{}", "application/json", 422),
    ],
)
async def test_a_body_that_is_no_request_is_refused(client, engine, problem_of, body, kind, status):
    await problem_of(await client.post("/research", data=body, headers={"Content-Type": kind}), status)
    assert await engine.jobs(tenant="default") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("query", ""),
        ("query", " \n"),
        ("query", "q" * 2_001),
        ("query", 7),
        ("query", None),
        ("max_results", 0),
        ("max_results", "ten"),
        ("providers", "corpus"),
        ("urls", [1]),
        ("keep_unsupported", "yes"),
        ("colour", "blue"),
    ],
)
async def test_a_wrong_field_is_named(client, engine, problem_of, field, value):
    response = await client.post("/research", json={"query": "Why?", field: value})
    told = await problem_of(response, 422)
    assert [name.partition(".")[0] for name in told["errors"]] == [field]
    assert await engine.jobs(tenant="default") == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_huge_body_is_refused(client, problem_of, chunked):
    async def pieces():
        for _ in range(BODY_MAX_BYTES // 2**16 + 1):
            yield b"x" * 2**16

    data = pieces() if chunked else io.BytesIO(b"x" * (BODY_MAX_BYTES + 1))
    told = await problem_of(await client.post("/research", data=data, headers=JSON), 413)
    assert "1,048,576 bytes" in told["detail"]


async def test_a_packed_body_counts_unpacked(client, problem_of):
    data = gzip.compress(b"x" * (BODY_MAX_BYTES + 1))
    await problem_of(await client.post("/research", data=data, headers=JSON | {"Content-Encoding": "gzip"}), 413)
    data = gzip.compress(b'{"query": ""}')
    await problem_of(await client.post("/research", data=data, headers=JSON | {"Content-Encoding": "gzip"}), 422)
    await problem_of(await client.post("/research", data=b"xyz", headers=JSON | {"Content-Encoding": "gzip"}), 400)


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("POST", "/"), ("GET", "/reports"), ("GET", "/%00")])
async def test_an_unknown_address_is_not_found(client, problem_of, method, path):
    await problem_of(await client.request(method, path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/research", "POST"),
        ("PUT", "/jobs", "GET"),
        ("POST", f"/jobs/{JOB}", "DELETE,GET"),
        ("DELETE", "/health", "GET"),
        ("PROPFIND", "/jobs", "GET"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(client, problem_of, method, path, allowed):
    response = await client.request(method, path)
    told = await problem_of(response, 405)
    assert response.headers["Allow"] == allowed
    assert method in told["detail"]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 10_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http_gets_a_problem_too(client, caplog, request_bytes):
    caplog.set_level(logging.INFO)
    head, _, body = (await raw(client, request_bytes)).partition("\r\n\r\n")
    assert " 400 " in head.splitlines()[0]
    assert "application/problem+json" in head
    assert '"status": 400' in body
    assert not any(record.exc_info for record in caplog.records)


async def test_an_expectation_that_nobody_can_meet_gets_a_problem(client):
    answer = await raw(client, b"GET /jobs HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nConnection: close\r\n\r\n")
    assert " 417 " in answer.splitlines()[0]
    assert "application/problem+json" in answer


async def test_a_body_that_does_not_come_is_not_waited_for(listen):
    async def handler(request):
        return web.Response()

    app = web.Application(middlewares=[errors_to_problems, name_request, read_body(0.05)])
    app.router.add_post("/", handler)
    client = await listen(app, lingering_time=0.05)
    answer = await raw(client, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
    assert " 408 " in answer.splitlines()[0]
    assert '"status": 408' in answer


@pytest.mark.parametrize("sent", [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: a\r\n"])
async def test_a_connection_that_asks_for_nothing_is_closed(listen, app, sent):
    client = await listen(app, keepalive_timeout=0.05)
    assert await raw(client, sent) == ""


async def test_a_request_brings_its_name_or_gets_one(client, problem_of):
    async with client.get("/health", headers={"X-Request-ID": "a-b.c:1"}) as response:
        assert response.headers["X-Request-ID"] == "a-b.c:1"
    names = set()
    for bad in ("", "x" * 129, "a b", "a<b>", "ü"):
        told = await problem_of(await client.get("/nothing", headers={"X-Request-ID": bad}), 404)
        names.add(told["request_id"])
    assert len(names) == 5
    assert not names & {"", "x" * 129, "a b"}


class Broken:
    """An engine of which everything fails in one way."""

    tier = "memory"
    providers = ("urls",)

    def __init__(self, error):
        self.error = error

    async def submit(self, request, *, tenant):
        raise self.error

    async def job(self, job_id):
        raise self.error

    async def jobs(self, *, tenant, status, limit):
        raise self.error


ASK = [("POST", "/research"), ("GET", "/jobs"), ("GET", f"/status/{JOB}"), ("GET", f"/jobs/{JOB}/events")]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (StoreUnavailableError("the store does not answer"), "5"),
        (StoreUnavailableError("the store does not answer", retry_after_seconds=1.2), "2"),
        (EngineFailedError("the engine has failed"), "5"),
    ],
)
async def test_an_outage_is_told_with_a_time_to_come_back(listen, config, problem_of, error, seconds):
    client = await listen(create_app(config, engine=Broken(error)))
    for method, path in ASK:
        response = await client.request(method, path, json={"query": "Why?"} if method == "POST" else None)
        told = await problem_of(response, 503)
        assert response.headers["Retry-After"] == seconds
        assert told["detail"].lower() == f"{error}."


@pytest.mark.parametrize("error", [KeyError, PermanentError, ProcessDiedError, TimeoutError, ConnectionError])
async def test_a_bug_is_told_to_the_log_alone(listen, config, problem_of, caplog, error):
    client = await listen(create_app(config, engine=Broken(error("secret"))))
    for method, path in ASK:
        caplog.clear()
        response = await client.request(method, path, json={"query": "Why?"} if method == "POST" else None)
        told = await problem_of(response, 500)
        assert "secret" not in str(told)
        (record,) = [record for record in caplog.records if record.exc_info]
        assert isinstance(record.exc_info[1], error)
        assert told["request_id"] in record.getMessage()
