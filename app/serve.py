"""`serve`: the service until SIGTERM or Ctrl-C, which end it in order; why it cannot start is said in one line."""

import argparse
import asyncio
import logging
import signal
import socket
from contextlib import suppress
from typing import Any

from aiohttp import web

from actors.domain.errors import ResearchError
from actors.engine import Engine
from actors.settings import load
from app.arguments import add_config
from app.config import AppConfig
from app.folders import check_writable

NAME = "serve"
SUMMARY = "serve the API over HTTP"
FAILED = 1
FAILED_SECONDS = 2.0
"""How long /health tells of a failed engine before the process ends."""

KEEPALIVE_SECONDS = 75.0
"""How long a connection may be idle, or take for the head of a request."""

CANCEL_AGAIN_SECONDS = 2.0
REQUEST_SHARE = 0.1
"""How much of `server.drain_seconds` requests may take to end; aiohttp takes it twice at most."""

log = logging.getLogger("app")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The command's options."""
    command.add_argument("--host", metavar="H", help="the address to listen on (default: 127.0.0.1)")
    command.add_argument("--port", type=int, metavar="N", help="its port (default: 8000; 0: any free one)")
    command.add_argument("--access-log", action="store_true", help="log every request, without its query string")
    add_config(command)


async def run(arguments: argparse.Namespace) -> int:
    """Serve; answers the exit status: 0 after an orderly stop, 1 when the engine has failed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = load(AppConfig, file=arguments.config, overrides=_overrides(arguments))
    from app.listening import listen

    with listen(config) as bound:
        for what, folder in (("data", config.storage.data), ("reports", config.storage.reports)):
            check_writable(what, folder, f"set storage.{what}")
        return await _serve(config, bound, access_log=arguments.access_log)


def _overrides(arguments: argparse.Namespace) -> dict[str, Any]:
    given = {"host": arguments.host, "port": arguments.port}
    return {"server": {name: value for name, value in given.items() if value is not None}}


async def _serve(config: AppConfig, bound: socket.socket, *, access_log: bool) -> int:
    from actors.engine import favour_the_loop
    from app.connections import AccessLogger, Runner
    from app.factory import create_app
    from app.keys import ENGINE
    from app.listening import BACKLOG
    from app.middlewares.api_key import known_keys

    runner = Runner(
        app := create_app(config),
        handler_cancellation=True,
        keepalive_timeout=KEEPALIVE_SECONDS,
        shutdown_timeout=config.server.drain_seconds * REQUEST_SHARE,
        access_log=logging.getLogger("app.access") if access_log else None,
        access_log_class=AccessLogger,
    )
    if not known_keys(config.auth):
        log.warning("no API key is configured: everybody who reaches this address is let in")
    stop = _stop_signals()
    try:
        if not await _started(runner, stop):
            return 0
        site = web.SockSite(runner, bound, backlog=BACKLOG)
        await site.start()
        favour_the_loop()
        log.info("listening on %s", site.name)
        return await _until(stop, app[ENGINE])
    finally:
        await runner.cleanup()


def _stop_signals() -> asyncio.Event:
    """What SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _started(runner: web.AppRunner, stop: asyncio.Event) -> bool:
    """Start the application; answers whether it has started before it was to stop."""
    stopping = asyncio.create_task(_cancel_when(stop, asyncio.current_task()))
    try:
        await runner.setup()
    except (asyncio.CancelledError, ResearchError):
        if not stop.is_set():
            raise
    finally:
        stopping.cancel()
    return not stop.is_set()


async def _cancel_when(stop: asyncio.Event, task: asyncio.Task[Any] | None) -> None:
    """Cancel the task once it is to stop, and again: a library may swallow a cancellation (redis-py does)."""
    await stop.wait()
    while task:
        task.cancel()
        await asyncio.sleep(CANCEL_AGAIN_SECONDS)


async def _until(stop: asyncio.Event, engine: Engine, *, failed_seconds: float = FAILED_SECONDS) -> int:
    """Wait for the stop, or for the engine to fail; answers the exit status."""
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(engine.failed())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if engine.healthy:
        log.info("stopping")
        return 0
    log.critical("the engine has failed: the process ends")
    with suppress(TimeoutError):
        async with asyncio.timeout(failed_seconds):
            await stop.wait()
    return FAILED
