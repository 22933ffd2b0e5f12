"""A web on loopback that misbehaves on demand."""

import asyncio
import gzip
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from actors.services.fetch.base import Page
from actors.services.fetch.http import HttpFetcher
from actors.services.fetch.settings import FetchSettings

ARTICLE = b"<html><head><title>A vote</title></head><body><p>Plain text.</p></body></html>"
LOOPBACK = FetchSettings(allow_networks=("127.0.0.0/8",), timeout_seconds=5)


@dataclass
class Site:
    """A server, what it was asked, and what its robots.txt says."""

    address: str = ""
    robots: Callable[[], web.Response] = lambda: web.Response(status=404)
    robots_seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    described = Site()
    application = web.Application()
    application.router.add_get("/{path:.*}", _handler(described))
    async with TestServer(application) as server:
        described.address = str(server.make_url("")).rstrip("/")
        yield described


def _handler(site: Site) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        site.asked[request.path] += 1
        site.headers = dict(request.headers)
        if request.path == "/robots.txt":
            await asyncio.sleep(site.robots_seconds)
            return site.robots()
        site.at_once += 1
        site.most_at_once = max(site.most_at_once, site.at_once)
        try:
            return await _answer(request, site.asked[request.path])
        finally:
            site.at_once -= 1

    return handle


async def _answer(request: web.Request, count: int) -> web.StreamResponse:
    name, *arguments = request.path.strip("/").split("/")
    if name == "flaky":
        return _status(arguments[0], request) if count <= int(arguments[1]) else _article()
    if name in ("pause", "hang"):
        await asyncio.sleep(0.02 if name == "pause" else 30)
    if name in STREAMS:
        return await STREAMS[name](request)
    return ANSWERS[name](request, arguments) if name in ANSWERS else _article()


def _article() -> web.Response:
    return web.Response(body=ARTICLE, content_type="text/html", charset="utf-8")


def _status(status: str, request: web.Request) -> web.Response:
    return web.Response(status=int(status), headers={"Retry-After": request.query.get("retry", "0")})


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _versioned(request: web.Request) -> web.Response:
    """A page whose version is named in its address; `If-None-Match` and `If-Modified-Since` are understood."""
    told = {"ETag": f'"{request.query["v"]}"'} if "v" in request.query else {"Last-Modified": request.query["date"]}
    asked = {request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")}
    if asked & set(told.values()):
        return web.Response(status=304)
    return web.Response(body=ARTICLE, content_type="text/html", headers=told)


def _walled(request: web.Request) -> web.Response:
    body = request.query.get("body", "")
    headers = {"X-DataDome": "protected"} if request.query["by"] == "datadome" else {"cf-mitigated": "challenge"}
    return web.Response(status=int(request.query["status"]), text=body, headers={} if body else headers)


def _hop(left: int) -> web.Response:
    return _redirect(f"/hop/{left - 1}") if left else _article()


async def _drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"<p>drip</p>")
        await asyncio.sleep(0.01)


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"only this")
    assert request.transport
    request.transport.abort()
    return response


async def _untyped(request: web.Request) -> web.StreamResponse:
    assert request.transport
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(ARTICLE)}\r\nConnection: close\r\n\r\n"
    request.transport.write(head.encode() + ARTICLE)
    request.transport.close()
    return web.StreamResponse()


STREAMS = {"drip": _drip, "cut": _cut, "untyped": _untyped}


@cache
def _packed_bodies() -> dict[str, tuple[bytes, str]]:
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return {
        "gzip": (gzip.compress(ARTICLE), "gzip"),
        "members": (gzip.compress(ARTICLE[:20]) + gzip.compress(ARTICLE[20:]), "gzip"),
        "zlib": (zlib.compress(ARTICLE), "deflate"),
        "raw": (raw.compress(ARTICLE) + raw.flush(), "deflate"),
        "bomb": (gzip.compress(b"<p>a</p>" * 2_000_000), "gzip"),
        "short": (gzip.compress(ARTICLE)[:-12], "gzip"),
        "broken": (b"\x1f\x8b" + b"no gzip at all", "gzip"),
        "brotli": (b"\x0b\x02\x80", "br"),
        "zstd": (b"\x28\xb5\x2f\xfd\x00", "zstd"),
    }


def _packed(kind: str) -> web.Response:
    body, encoding = _packed_bodies()[kind]
    return web.Response(body=body, content_type="text/html", headers={"Content-Encoding": encoding})


ANSWERS: dict[str, Callable[[web.Request, list[str]], web.Response]] = {
    "status": lambda request, arguments: _status(arguments[0], request),
    "hop": lambda _request, arguments: _hop(int(arguments[0])),
    "circle": lambda _request, _arguments: _redirect("/circle"),
    "to": lambda request, _arguments: _redirect(request.query["url"]),
    "versioned": lambda request, _arguments: _versioned(request),
    "walled": lambda request, _arguments: _walled(request),
    "picture": lambda _request, _arguments: web.Response(body=b"x" * 20_000, content_type="image/png"),
    "refresh": lambda request, _arguments: web.Response(
        text=f'<meta http-equiv="refresh" content="0; url={request.query["to"]}">', content_type="text/html"
    ),
    "nowhere": lambda _request, _arguments: web.Response(status=302),
    "large": lambda _request, _arguments: web.Response(body=b"x" * 20_000, content_type="text/html"),
    "packed": lambda _request, arguments: _packed(arguments[0]),
    "latin": lambda _request, _arguments: web.Response(
        body=b"caf\xe9", headers={"Content-Type": "text/html; charset=ISO-8859-1"}
    ),
}


class Sleeper:
    """A sleep that takes no time and remembers what it was asked for."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def settings() -> FetchSettings:
    return LOOPBACK


@pytest.fixture
async def fetcher(sleeper: Sleeper) -> AsyncIterator[HttpFetcher]:
    async with HttpFetcher(LOOPBACK, sleep=sleeper) as opened:
        yield opened


@pytest.fixture
def page() -> Callable[..., Page]:
    def make(
        body: str | bytes, content_type: str = "text/html", url: str = "https://example.org/a", **more: str
    ) -> Page:
        data = body if isinstance(body, bytes) else body.encode()
        return Page(url, data, content_type, more.get("charset"), "2026-01-01T00:00:00+00:00")

    return make
