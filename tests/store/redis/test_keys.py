"""Which keys there are, which of them may last, and that the tests themselves look at it."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from redis import Redis

from actors.config import EngineConfig, FetchConfig, RedisConfig, RunConfig, StorageConfig
from actors.domain.artefacts import Plan, Published
from actors.domain.events import EventType, Note
from actors.domain.job import JobStatus, ResearchRequest, Spending
from actors.engine import open_engine
from actors.store.records import Limits
from actors.store.redis import redis_store
from actors.store.redis.connect import connect
from actors.store.redis.keys import LASTING, may_last
from benchmarks.bench_ours import empty_report

PREFIX = "crp"
TABLE = Path(__file__).parents[3] / "docs" / "operations.md"
ROW = re.compile(rf"^\| `{PREFIX}:(?P<name>[^`]+)` \| (?P<type>\w+) \| [^|]+ \| (?P<end>[^|]+) \|$", re.MULTILINE)
ROWS = {row["name"]: row for row in ROW.finditer(TABLE.read_text("utf-8"))}
PAGE = f"<title>Bridges</title><article><p>{'The Humber Bridge is 2,220 metres long. ' * 30}</p></article>"


def rows_of(name):
    """The rows of the table that speak of a key."""
    return [row for row in ROWS if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^:]+", re.escape(row)), name)]


@dataclass
class Ask:
    """The first stage: it does as the query says."""

    page: str
    gate: asyncio.Event
    name: str = "ask"
    artefact: type = Plan

    async def work(self, job, artefacts, services):
        if job.request.query == "bug":
            raise ValueError("a bug")
        await self.gate.wait()
        await services.reader.read(self.page)
        await services.recall("request", self.answer, Plan, spent=lambda _: Spending(searches=1))
        await services.tell(Note(type=EventType.PROGRESS, stage=self.name, once="told"))
        return Plan(questions=("why?",))

    async def answer(self):
        return Plan(questions=("why?",))


@dataclass
class Publish:
    """The last stage."""

    name: str = "publish"
    artefact: type = Published

    async def work(self, job, artefacts, services):
        return empty_report(job)


@pytest.fixture
def client(redis_server):
    with Redis.from_url(redis_server, decode_responses=True) as opened:
        yield opened


@pytest.fixture
async def page():
    """The address of a page on loopback, whose host wants time between requests."""

    async def answer(request):
        if request.path == "/robots.txt":
            return web.Response(text="User-agent: *\nCrawl-delay: 0.3")
        return web.Response(text=PAGE, content_type="text/html")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://127.0.0.1:{1}/".format(*runner.addresses[0])
    await runner.cleanup()


@pytest.fixture
async def seen(redis_server, client, page, tmp_path):
    """The type of every key that was there at some time while jobs in all states went by."""
    config = EngineConfig(
        storage=StorageConfig(data=tmp_path / "data", reports=tmp_path / "reports"),
        redis=RedisConfig(url=redis_server, prefix=PREFIX, fallback=False),
        engine=RunConfig(max_running=3, max_attempts=2, processes=1),
        fetch=FetchConfig(allow_networks=("127.0.0.0/8",)),
    )
    gate, found = asyncio.Event(), {}

    async def look():
        while True:
            kinds = {key.removeprefix(f"{PREFIX}:"): client.type(key) for key in client.scan_iter(count=1_000)}
            found.update({key: kind for key, kind in kinds.items() if kind != "none"})
            await asyncio.sleep(0.01)

    looking = asyncio.create_task(look())

    clients = await connect(redis_server, connect_seconds=5)
    store, _ = redis_store(clients, PREFIX, "ask", Limits(), tier="redis")
    await store.breakers.failed("search:brave", most=1, pause_seconds=9)
    await store.cache.claim("pages", "a", seconds=9)
    await clients.close()
    async with open_engine(config, pipeline=(Ask(page, gate), Publish()), drain_seconds=0.01) as engine:
        jobs = [await engine.submit(ResearchRequest(query=query)) for query in ("bug", "q", "q", "q", "q")]
        await asyncio.sleep(0.02)
        gate.set()
        for job in jobs:
            assert [event async for event in engine.events(job.job_id)]
        await asyncio.sleep(0.02)
        assert [(await engine.job(job.job_id)).status for job in jobs] == ["failed", *["completed"] * 4]
    looking.cancel()
    return found


async def test_the_table_of_keys_is_whole_and_every_key_in_it_is_met(seen):
    assert {name: rows_of(name) for name in seen if len(rows_of(name)) != 1} == {}
    assert set(ROWS) - {row for name in seen for row in rows_of(name)} == set()
    assert {name: kind for name, kind in seen.items() if ROWS[rows_of(name)[0]]["type"] != kind} == {}


def test_the_table_says_which_keys_never_end():
    samples = {row: re.sub(r"\{\w+\}", "x", row) for row in ROWS}
    never = {row for row, found in ROWS.items() if found["end"].startswith("never")}
    assert never == {row for row, name in samples.items() if may_last(name, JobStatus.COMPLETED)}
    assert len(never) == len(LASTING) + 1  # jobs:* are two rows


@pytest.mark.parametrize(("status", "allowed"), [("queued", True), ("running", True), ("failed", False), ("", False)])
def test_a_jobs_keys_may_last_until_it_is_over(status, allowed):
    assert may_last("job:1", status) is may_last("job:1:ledger", status) is allowed


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="this is how a test fails that leaves such a key")
@pytest.mark.parametrize(
    "key", ["foreign", "crp:cache:pages:1", "crp:job:over", "crp:job:over:marks", "crp:job:gone:marks"]
)
def test_who_leaves_a_key_without_an_end_fails(client, key):
    client.hset(f"{PREFIX}:job:over", "status", "completed")
    client.expire(f"{PREFIX}:job:over", 9)
    client.persist(key) or client.hset(key, "a", "1")
    client.set(f"{PREFIX}:mailbox:x", "allowed")


def test_who_leaves_lasting_keys_and_those_of_running_jobs_does_not(client):
    client.hset(f"{PREFIX}:job:1", "status", "running")
    client.set(f"{PREFIX}:job:1:ledger", "1")
    client.set(f"{PREFIX}:jobs:t:failed", "1")
    client.set("foreign", "1", ex=9)
