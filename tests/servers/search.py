"""Five search APIs on loopback, which misbehave on demand."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.servers.search_apis import KEY, brave, google, searxng, tavily, wikipedia

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request as it came."""

    path: str
    target: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class SearchServer:
    """`faults` are used up, one a request, before `always`; without either it answers as it should."""

    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: deque[Handler] = field(default_factory=deque)
    always: Handler | None = None
    at_once: int = 0
    most_at_once: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.asked.append(Asked(request.path, request.raw_path, dict(request.query), dict(request.headers), body))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            fault = self.faults.popleft() if self.faults else self.always
            return await fault(request) if fault else self.answer(request, body)
        finally:
            self.at_once -= 1

    @staticmethod
    def answer(request: web.Request, body: Any) -> web.Response:
        if request.path == "/customsearch/v1":
            return google(request.query)
        if request.path == "/search" and request.method == "POST":
            return tavily(request.headers, body)
        if request.path == "/search":
            return searxng(request.query)
        if request.path.startswith("/res/v1/"):
            return brave(request.path.split("/")[3], request.headers, request.query)
        if request.path.endswith("/w/api.php"):
            return wikipedia(request.query)
        return web.Response(status=404)


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[SearchServer]:
    described = SearchServer()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", described.handle)
    server = TestServer(application, scheme="https" if tls else "http")
    await server.start_server(ssl=tls)
    described.address = str(server.make_url("")).rstrip("/")
    try:
        yield described
    finally:
        await server.close()


def status(number: int, body: Any = None, **headers: str) -> Handler:
    async def handle(_request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body or {"error": f"no {KEY}"}, status=number, headers=named)

    return handle


def raw(body: bytes, content_type: str = "application/json") -> Handler:
    async def handle(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content_type)

    return handle


async def hang(_request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    """Promises more than it sends."""
    response = web.StreamResponse(headers={"Content-Length": "100000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"results": [')
    if request.transport:
        request.transport.close()
    return response


async def flood(request: web.Request) -> web.StreamResponse:
    """Ten megabytes of JSON, without saying so first."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for piece in pieces():
        await response.write(piece)
    return response


def pieces() -> Iterator[bytes]:
    yield b'{"results": ["'
    yield from (b"x" * 1_000_000 for _ in range(10))
    yield b'"]}'
