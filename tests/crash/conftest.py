"""A server that keeps everything, and processes of the engine over a research in miniature; all can be killed."""

import asyncio
import os
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout

from actors.config import EngineConfig, RedisConfig, RunConfig, StorageConfig
from actors.domain.job import ResearchRequest
from actors.engine import open_engine
from benchmarks.chaos_processes import Program, Server
from benchmarks.chaos_stages import CALLS, ORDER, Journal, toy_pipeline
from tests.servers.hosts import ForkedHost, HostMaker

PREFIX = "crash"
TIMEOUT = ClientTimeout(total=60)
LEASE_SECONDS = 0.6
CALM_SECONDS = 1.5
BUSY_SHARE = 0.6
"""The share of a core that a process may use while it can do nothing; one that spins uses all of it."""

LINES_A_SECOND = 5
SECONDS = 40
"""How long a test waits for what takes a moment on an idle machine."""


async def never_recorded(job_id, request):
    return False


@pytest.fixture
def until():
    """`await until(condition)`: wait for it."""

    async def wait(condition, seconds=SECONDS):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come about"
            await asyncio.sleep(0.01)

    return wait


@pytest.fixture
def server(short_folder, watch_keys):
    """Where it lives, so do the hosts' logs and journals."""
    running = Server(short_folder)
    running.start()
    watch_keys(running.url)
    yield running
    running.kill()


@pytest.fixture
def client(server):
    """What the server holds, as texts."""
    return server.client


@pytest.fixture
def url(server):
    """Where hosts and edge keep their jobs; a test may use another store."""
    return server.url


@pytest.fixture(scope="session")
def host_maker():
    maker = HostMaker()
    yield maker
    maker.close()


@pytest.fixture
def start(short_folder, url, until, host_maker):
    """`await start(name, **engine)`: a worker at work; the settings are those of the table [engine]."""
    started = []

    async def launch(name="worker", *, wait=True, command=(), drain_seconds=10.0, call_seconds=0.01, **engine):
        settings = {
            "url": url,
            "prefix": PREFIX,
            "drain_seconds": drain_seconds,
            "call_seconds": call_seconds,
            "engine": {"lease_seconds": LEASE_SECONDS, **engine},
        }
        host = await asyncio.to_thread(ForkedHost, name, short_folder, settings, command, maker=host_maker)
        started.append(host)
        if wait:
            await until(lambda: host.ready)
        return host

    yield launch
    for host in started:
        host.kill()


@pytest.fixture
async def edge(short_folder, url):
    """An engine in this process that submits and follows, and works on nothing."""
    folder = short_folder / "edge"
    config = EngineConfig(
        storage=StorageConfig(data=folder, reports=folder / "reports"),
        redis=RedisConfig(url=url, prefix=PREFIX, fallback=False),
        engine=RunConfig(lease_seconds=LEASE_SECONDS),
    )
    pipeline = toy_pipeline(Journal(folder / "edge.jsonl"), never_recorded, short_folder / "go", 0)
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(open_engine(config, pipeline=pipeline, actors=False))


@pytest.fixture
def ask(edge):
    """`await ask("7 search=wait", tenant="t")`: the job's id."""

    async def submit(query="q", tenant="local"):
        return (await edge.submit(ResearchRequest(query=query), tenant=tenant)).job_id

    return submit


@pytest.fixture
def followed(edge):
    """`await followed(job_id)`: its events to the end, which are dense, in order, and end once."""

    async def follow(job_id, seconds=SECONDS):
        async with asyncio.timeout(seconds):
            events = [event async for event in edge.events(job_id)]
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.type.terminal for event in events].count(True) == 1
        told = Counter((event.stage, str(event.data)) for event in events if event.stage)
        assert set(told.values()) <= {1}
        return events

    return follow


@pytest.fixture
def completed(followed):
    """`await completed(job_id)`: follow it to its end, which is a good one."""

    async def follow(job_id):
        events = await followed(job_id)
        assert events[-1].type == "completed", events[-1]
        assert sum(event.type == "progress" for event in events) == len(ORDER) * CALLS
        return events

    return follow


@pytest.fixture
def noted():
    """`noted(hosts, what, job_id)`: the lines of their journals about this, in order."""

    def read(hosts, what, job_id=None):
        lines = [line for host in hosts for line in host.journal if line["what"] == what]
        return sorted(
            (line for line in lines if job_id in (None, line.get("job"))),
            key=lambda line: line["at"],
        )

    return read


@pytest.fixture
def go(short_folder):
    """Let all stages go on that wait for it."""
    return (short_folder / "go").touch


@pytest.fixture
def told_all(client, until):
    """`await told_all(job_id, stage)`: until the stage has told of its last call, which is when it waits."""

    async def wait(job_id, stage="search"):
        def there():
            events = client.xrange(f"crash:job:{job_id}:events")
            return any(row["stage"] == stage and row["data"] == '{"call":2}' for _, row in events)

        await until(there)

    return wait


@pytest.fixture
def started_again():
    """`await started_again(host, watching)`: how often the host died, and was started again, before that task ended."""

    async def watch(host, watching):
        deaths = 0
        while not watching.done():
            if host.ended is not None:
                deaths += 1
                await asyncio.to_thread(host.start)
            await asyncio.sleep(0.02)
        await watching
        return deaths

    return watch


@pytest.fixture
async def program(short_folder, url, until):
    """`await program("serve", *command, **environment)` or "work": the real one, once it is at it; `web` asks it."""
    modules = {"serve": ("app", "serve", "--port", "0"), "work": ("actors",)}
    async with AsyncExitStack() as stack:

        async def launch(name, *command, **environment):
            told = {"CRP_REDIS__URL": url, "CRP_REDIS__PREFIX": PREFIX, "CRP_ENGINE__PROCESSES": "1"} | environment
            started = await asyncio.to_thread(Program, name, short_folder, modules[name], told, command)
            stack.callback(started.kill)
            await until(lambda: "listening on" in started.log or "at work on" in started.log or started.ended)
            assert started.ended is None, started.log
            started.web = await stack.enter_async_context(ClientSession(started.address or None, timeout=TIMEOUT))
            return started

        yield launch


def _cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def calm(until):
    """`await calm(host)`, or of a service: for a while it does little and says little."""

    async def look(host):
        used, lines, began = _cpu_seconds(host.process.pid), host.log.count("\n"), time.monotonic()
        await until(lambda: time.monotonic() > began + CALM_SECONDS)
        took = time.monotonic() - began
        assert _cpu_seconds(host.process.pid) - used < BUSY_SHARE * took
        assert host.log.count("\n") - lines < LINES_A_SECOND * took

    return look
