"""Where the service may listen, and what becomes of clients that take nothing."""

import asyncio
import socket

import pytest
from aiohttp import web

from actors.domain.errors import ConfigError, ResearchError
from app.config import AppConfig, AuthConfig, ServerConfig
from app.connections import Runner
from app.listening import listen


def at(host="127.0.0.1", port=0, **auth):
    return AppConfig(server=ServerConfig(host=host, port=port), auth=AuthConfig(**auth))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_an_open_service_listens_on_loopback(host):
    with listen(at(host)) as bound:
        assert bound.getsockname()[0].startswith("127.")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_open_service_listens_nowhere_else(host):
    with pytest.raises(ConfigError, match="without an API key the service listens on loopback only"):
        listen(at(host))


@pytest.mark.parametrize("auth", [{"api_key": "secret"}, {"allow_open": True}])
def test_with_a_key_or_if_that_is_meant_it_listens_anywhere(auth):
    with listen(at("0.0.0.0", **auth)) as bound:
        assert bound.getsockname()[0] == "0.0.0.0"


@pytest.mark.parametrize("host", ["a..b", "x" * 64])
def test_a_host_that_is_none_is_told(host):
    with pytest.raises(ConfigError, match="is not known as an address or a name"):
        listen(at(host))


def test_a_port_that_is_taken_is_told():
    with listen(at()) as bound, pytest.raises(ResearchError, match=r"port \d+ \(Address already in use\)"):
        listen(at(port=bound.getsockname()[1]))


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux can tell")
async def test_a_client_that_does_not_read_its_answer_is_dropped():
    async def handler(request):
        return web.Response(body=b"x" * 20_000_000)

    app = web.Application()
    app.router.add_get("/", handler)
    runner = Runner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    bound = listen(at(), stalled_seconds=0.2)
    await web.SockSite(runner, bound).start()
    with socket.create_connection(bound.getsockname()) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        while not runner.server.connections:
            await asyncio.sleep(0.01)
        async with asyncio.timeout(30):
            while runner.server.connections:
                await asyncio.sleep(0.01)
    await runner.cleanup()
