"""`python -m actors`: a worker host, without HTTP, on the same store as the service."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actors.config import EngineConfig
from actors.domain.errors import ConfigError, ResearchError
from actors.settings import load

USAGE = 2
FAILED = 1
OTHER_ROLES = ("server", "auth")

log = logging.getLogger("actors")


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until SIGTERM or Ctrl-C; answers 0 after an orderly stop, 1 when it cannot work, 2 for a wrong setting."""
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        config = load(EngineConfig, file=parsed.config, overrides=_overrides(parsed), ignore=OTHER_ROLES)
        return asyncio.run(_work(config, parsed.drain_seconds))
    except ConfigError as error:
        return _complain(error, USAGE)
    except ResearchError as error:
        return _complain(error, FAILED)


def _complain(error: ResearchError, status: int) -> int:
    print(error, file=sys.stderr)  # noqa: T201 (a command's one line of complaint)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m actors", description="Work on the jobs of a shared store.")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings (default: config.toml here, if any)")
    parser.add_argument("--stages", metavar="A,B", help="work on these stages only")
    parser.add_argument("--concurrency", type=int, metavar="N", help="jobs worked on at once in each stage")
    parser.add_argument("--drain-seconds", type=float, default=10.0, metavar="S", help="at a stop (default: 10)")
    return parser


def _overrides(parsed: argparse.Namespace) -> dict[str, Any]:
    """What the command line says; a worker that kept jobs in its own memory would never get one, so it never does."""
    engine: dict[str, Any] = {}
    if parsed.stages:
        engine["stages"] = [name.strip() for name in parsed.stages.split(",")]
    if parsed.concurrency is not None:
        engine["concurrency"] = parsed.concurrency
    return {"engine": engine, "redis": {"fallback": False}}


async def _work(config: EngineConfig, drain_seconds: float) -> int:
    if config.redis.url == "memory":
        raise ConfigError('redis.url = "memory" is not allowed for a worker: nobody else could hand it a job')
    from actors.engine import favour_the_loop, open_engine

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_engine(config, drain_seconds=drain_seconds) as engine:
        health = await engine.health()
        favour_the_loop()
        log.info("at work on %s (store: %s)", ", ".join(health.actors.stages), health.store.tier)
        waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(engine.failed())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return 0 if engine.healthy else FAILED


if __name__ == "__main__":
    sys.exit(main())
