"""The real application as a process of its own, without actors; it prints its port and ends when its input does.

    python benchmarks/bench_service.py URL

With the URL `none` nothing stands behind the handlers: the job that a POST makes is forgotten at once.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uuid_utils
from aiohttp import web

from actors.config import RedisConfig, RunConfig, StorageConfig
from actors.domain.job import Job, ResearchRequest
from actors.engine import LOCAL_TENANT, Engine, favour_the_loop, open_engine
from app.config import AppConfig, ServerConfig

NONE = "none"


@dataclass(frozen=True)
class Forgetful(Engine):
    """An engine that keeps no job."""

    async def submit(self, request: ResearchRequest, *, tenant: str = LOCAL_TENANT) -> Job:
        """A job of which nothing is known afterwards."""
        return Job(job_id=str(uuid_utils.uuid7()), tenant=tenant, request=request, created_at=time.time(), seq=1)


@contextmanager
def service(url: str) -> Iterator[int]:
    """The port of a service in another process, on the store at `url`."""
    command = [sys.executable, str(Path(__file__).resolve()), url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        told = process.stdout.readline().strip() if process.stdout else ""
        if not told:
            raise RuntimeError("the service did not start")
        yield int(told)
    finally:
        process.kill()
        process.communicate()


@asynccontextmanager
async def _running(url: str, folder: Path) -> AsyncIterator[int]:
    from app.connections import Runner
    from app.factory import create_app

    store = "memory" if url == NONE else url
    config = AppConfig(
        server=ServerConfig(actors=False),
        storage=StorageConfig(data=folder / "data", reports=folder / "reports"),
        redis=RedisConfig(url=store, fallback=False),
        engine=RunConfig(max_pending=1_000_000),
    )
    async with open_engine(config, actors=False) as opened:
        parts = {part.name: getattr(opened, part.name) for part in fields(Engine)}
        engine = Forgetful(**parts) if url == NONE else opened
        runner = Runner(create_app(config, engine=engine), handler_cancellation=True, access_log=None)
        try:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2_000)
            await site.start()
            favour_the_loop()
            yield int(runner.addresses[0][1])
        finally:
            await runner.cleanup()


async def _serve(url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="crp-bench-") as folder:
        async with _running(url, Path(folder)) as port:
            print(port, flush=True)
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
