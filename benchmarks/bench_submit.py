"""Part `submit`: research accepted over HTTP a second, beside the same handler with no store behind it."""

import asyncio
import json
import time
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import Any

from benchmarks.bench_options import Options
from benchmarks.bench_server import running_server
from benchmarks.bench_service import NONE, service
from benchmarks.bench_table import Figure, Part, Verdict, ratios

CONNECTIONS = 64
REQUESTS_PER_JOB = 3
SHARE = 0.6
BODY = json.dumps({"query": "What did the Montreal Protocol achieve?"})
REQUEST = (
    "POST /research HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n{BODY}"
).encode()


def measure(options: Options) -> Part:
    """Load both services in turn, each in a process of its own."""
    count = options.jobs * REQUESTS_PER_JOB
    rates: dict[str, list[float]] = {"handler alone": [], "ours": []}
    with running_server(options.fsync) as server, ExitStack() as stack:
        ports = [stack.enter_context(service(url)) for url in (NONE, server.url)]
        for port in ports:
            asyncio.run(_rate(port, CONNECTIONS))
        for _ in range(options.rounds):
            for name, port in zip(rates, ports, strict=True):
                rates[name].append(asyncio.run(_rate(port, count)))
        settings: dict[str, Any] = {"requests": count, "connections": CONNECTIONS, "rounds": options.rounds}
        settings |= {"server": server.version, "kept with": server.settings}
    floor = rates["handler alone"]
    figures = tuple(Figure(name, "/s", tuple(values), ratios(values, floor)) for name, values in rates.items())
    share = Verdict("ours, of the handler alone", SHARE, median(figures[1].ratios), at_least=True)
    return Part("submit", "Submit: POST /research accepted a second", figures, (share,), settings)


class _Client(asyncio.Protocol):
    """Sends the next request as soon as the last is answered, until enough were sent by all."""

    def __init__(self, left: list[int], done: asyncio.Future[None]) -> None:
        self._left = left
        self._done = done
        self._got = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (TCP gives one)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is whole."""
        self._got += data
        head, gap, body = self._got.partition(b"\r\n\r\n")
        if not gap or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 202"):
            self._done.set_exception(RuntimeError(head.decode(errors="replace")))
            return
        self._got = b""
        self._send()

    def _send(self) -> None:
        if self._left[0] > 0:
            self._left[0] -= 1
            self._transport.write(REQUEST)
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """All of this connection's requests are answered, or none will be any more."""
        if not self._done.done():
            if error:
                self._done.set_exception(error)
            else:
                self._done.set_result(None)


async def _rate(port: int, requests: int) -> float:
    loop = asyncio.get_running_loop()
    left = [requests]
    began = time.perf_counter()
    waits = []
    for _ in range(CONNECTIONS):
        waits.append(loop.create_future())
        await loop.create_connection(partial(_Client, left, waits[-1]), "127.0.0.1", port)
    await asyncio.gather(*waits)
    return requests / (time.perf_counter() - began)
