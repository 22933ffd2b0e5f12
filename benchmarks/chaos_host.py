"""One process of the chaos run: a worker, or an edge that submits jobs and follows each of them to its end.

    python benchmarks/chaos_host.py SETTINGS

SETTINGS are the fields of `Settings` as JSON. SIGTERM drains. The exit status is 0 after an orderly stop, or when an
edge has seen the last of its jobs end; 1 when the engine has failed.
"""

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.config import EngineConfig, RedisConfig, RunConfig, StorageConfig
from actors.domain.errors import StoreUnavailableError, TransientError
from actors.domain.job import ResearchRequest
from actors.engine import Engine, open_engine
from benchmarks.chaos_stages import Journal, Recorded, read_journal, toy_pipeline

AGAIN_SECONDS = 0.1


class Settings(BaseModel):
    """How a process is run: an edge when it has `jobs` to submit. `go` is the file that ends all waiting."""

    model_config = ConfigDict(extra="forbid")

    url: str
    prefix: str
    data: Path
    journal: Path
    go: Path
    jobs: int = 0
    pause_seconds: float = 0.0
    call_seconds: float = 0.01
    drain_seconds: float = 10.0
    engine: dict[str, Any] = {}


def main() -> int:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = Settings.model_validate_json(sys.argv[1])
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    config = EngineConfig(
        storage=StorageConfig(data=settings.data, reports=settings.data / "reports"),
        redis=RedisConfig(url=settings.url, prefix=settings.prefix, fallback=False, connect_seconds=20),
        engine=RunConfig.model_validate({"processes": 1, **settings.engine}),
    )
    journal = Journal(settings.journal)
    pipeline = toy_pipeline(journal, _recorded(settings), settings.go, settings.call_seconds)
    async with open_engine(
        config, pipeline=pipeline, actors=not settings.jobs, drain_seconds=settings.drain_seconds
    ) as engine:
        journal.note("ready")
        waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(engine.failed())]
        if settings.jobs:
            waits.append(asyncio.ensure_future(_submit_and_follow(engine, settings, journal)))
        done, rest = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in rest:
            wait.cancel()
        for wait in done:
            wait.result()
        return 0 if engine.healthy else 1


def _recorded(settings: Settings) -> Recorded:
    """Looks into the ledger past the engine; an outage counts as not recorded."""
    if not settings.url.startswith(("redis://", "unix://")):

        async def never(job_id: str, request: str) -> bool:  # noqa: ARG001
            return False

        return never
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError

    client: Any = Redis.from_url(settings.url, retry=Retry(NoBackoff(), 0), socket_timeout=1.0)

    async def ask(job_id: str, request: str) -> bool:
        try:
            return bool(await client.hexists(f"{settings.prefix}:job:{job_id}:ledger", request))
        except (RedisError, OSError):
            return False

    return ask


async def _submit_and_follow(engine: Engine, settings: Settings, journal: Journal) -> None:
    """Take up what an earlier life of this edge has accepted, and submit what is left."""
    accepted, seen = _before(journal)
    async with asyncio.TaskGroup() as followers:
        for job_id in accepted:
            followers.create_task(_follow(engine, journal, job_id, seen.get(job_id, 0)))
        for number in range(len(accepted), settings.jobs):
            job_id = await _submit(engine, f"{number}")
            journal.note("accepted", job=job_id)
            followers.create_task(_follow(engine, journal, job_id, 0))
            await asyncio.sleep(settings.pause_seconds)


def _before(journal: Journal) -> tuple[list[str], dict[str, int]]:
    lines = read_journal(journal.path)
    accepted = [line["job"] for line in lines if line["what"] == "accepted"]
    seen = {line["job"]: line["seq"] for line in lines if line["what"] == "seen"}
    return accepted, seen


async def _submit(engine: Engine, query: str) -> str:
    while True:
        try:
            return (await engine.submit(ResearchRequest(query=query))).job_id
        except TransientError:
            await asyncio.sleep(AGAIN_SECONDS)


async def _follow(engine: Engine, journal: Journal, job_id: str, after: int) -> None:
    while True:
        try:
            async for event in engine.events(job_id, after=after):
                after = event.seq
                journal.note("seen", job=job_id, seq=after, type=event.type.value)
        except StoreUnavailableError:
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
