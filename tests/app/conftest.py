"""The service over real HTTP on loopback: the real application and engine, and a research in miniature."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from hashlib import sha256

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from actors.config import RedisConfig, RunConfig, StorageConfig
from actors.domain.analysis import Quality, Report
from actors.domain.artefacts import Collection, Published
from actors.domain.documents import Document, Match, Source, SourceStatus
from actors.domain.job import JobStatus
from actors.engine import Engine, open_engine
from app.config import AppConfig
from app.connections import Runner
from app.factory import create_app

TEXT = "Ein Satz über Brücken."


@dataclass
class Collect:
    """Reads one source; waits until `gate` is open."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "collect"
    artefact: type = Collection

    async def work(self, job, artefacts, services):
        self.started.set()
        await self.gate.wait()
        source = Source(id="s1", url="https://a.example/", status=SourceStatus.READ)
        return Collection(sources=(source,), documents=(Document(source=source, text=TEXT),))


@dataclass
class Publish:
    """A report with nothing in it but its source; the files are stand-ins, which need no process to be made."""

    name: str = "publish"
    artefact: type = Published

    async def work(self, job, artefacts, services):
        parts = "summary findings passages entities relations topics sentiment timeline related agreement"
        report = Report(
            job_id=job.job_id,
            query=job.request.query,
            status=JobStatus.COMPLETED,
            sources=artefacts.latest(Collection).sources,
            quality=Quality(citation_precision=0, citation_recall=0, cited_share=0),
            usage=job.usage,
            created_at="2026-01-01T00:00:00+00:00",
            **dict.fromkeys(parts.split(" "), ()),
        )
        folder = services.reports / job.job_id
        (folder / "sources").mkdir(parents=True)
        (folder / "report.json").write_text(report.model_dump_json(indent=2))
        (folder / "report.html").write_text(f"<!doctype html><title>{TEXT}</title>", "utf-8")
        (folder / "report.md").write_text(f"# {TEXT}\n", "utf-8")
        (folder / "sources" / "s1.txt").write_text(TEXT, "utf-8")
        (folder / "evidence.zip").write_bytes(b"PK")
        return Published(report=report)


class Letters:
    """Embeds a text as the letters that it has."""

    model = "letters"

    async def embed(self, texts):
        counts = np.array([[text.lower().count(chr(97 + number)) for number in range(26)] for text in texts], "float32")
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


@dataclass
class Passages:
    """The passages that tenants have, with no database behind them; fails with `error` once there is one."""

    kept: list[tuple[str, Match]] = field(default_factory=list)
    error: Exception | None = None

    async def ping(self):
        return "local"

    def add(self, tenant: str, job_id: str, text: str) -> None:
        digest = sha256(text.encode()).hexdigest()
        place = {"source_id": "s1", "start": 0, "end": len(text), "sha256": digest}
        url = "https://a.example/"
        self.kept.append((tenant, Match(score=0, job_id=job_id, url=url, title="A", text=text, **place)))

    async def search(self, tenant, vector, *, limit):
        if self.error:
            raise self.error
        texts = [match for whose, match in self.kept if whose == tenant]
        rows = await Letters().embed([match.text for match in texts]) if texts else []
        scored = [
            match.model_copy(update={"score": float(row @ vector)}) for match, row in zip(texts, rows, strict=True)
        ]
        return sorted(scored, key=lambda match: -match.score)[:limit]

    async def delete(self, tenant, job_id):
        self.kept = [(whose, match) for whose, match in self.kept if (whose, match.job_id) != (tenant, job_id)]


@pytest.fixture
def config(tmp_path) -> AppConfig:
    storage = StorageConfig(data=tmp_path / "data", reports=tmp_path / "reports")
    return AppConfig(storage=storage, redis=RedisConfig(url="memory"), engine=RunConfig(processes=1, max_pending=50))


@pytest.fixture
def collect() -> Collect:
    """The first stage, whose gate is open."""
    stage = Collect()
    stage.gate.set()
    return stage


class Here:
    """Does the work of the pool where it stands."""

    async def run(self, function, /, *args, **kwargs):
        return function(*args, **kwargs)


def miniature(outside, passages: Passages):
    """The services with nothing behind them that takes time to start."""

    def bind(*of_delivery):
        return replace(outside.bind(*of_delivery), pool=Here())

    return replace(outside, bind=bind, vectors=passages, embedder=Letters(), pool=Here())


@pytest.fixture
def passages() -> Passages:
    return Passages()


@pytest.fixture
async def engine(config, collect, passages) -> AsyncIterator[Engine]:
    async with open_engine(config, pipeline=(collect, Publish()), drain_seconds=0.01) as opened:
        opened._warming.append(asyncio.create_task(asyncio.sleep(0)))  # these stages need no libraries loaded ahead
        yield replace(opened, _outside=miniature(opened._outside, passages))


@pytest.fixture
async def listen():
    """`await listen(app)`: a client of the application, which listens on a port of its own."""
    async with AsyncExitStack() as stack:

        async def start(app: web.Application, **options) -> aiohttp.ClientSession:
            options = {"handler_cancellation": True, "shutdown_timeout": 1.0} | options
            runner = Runner(app, access_log=None, **options)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            base = "http://{}:{}".format(*runner.addresses[0])
            return await stack.enter_async_context(aiohttp.ClientSession(base))

        yield start


@pytest.fixture
async def app(config, engine) -> web.Application:
    return create_app(config, engine=engine)


@pytest.fixture
async def client(listen, app) -> aiohttp.ClientSession:
    return await listen(app)


@pytest.fixture
def submit(client):
    """Post a question; answers the job's id."""

    async def post(query: str = "Why?", **fields) -> str:
        async with client.post("/research", json={"query": query, **fields}) as response:
            assert response.status == 202, await response.text()
            return (await response.json())["job_id"]

    return post


@pytest.fixture
def finished(submit, engine):
    """Post a question and wait for the end of its job; answers the job's id."""

    async def post(query: str = "Why?") -> str:
        job_id = await submit(query)
        async for _ in engine.events(job_id):
            pass
        return job_id

    return post


@pytest.fixture
def problem_of():
    """The problem that an answer is, checked to be a whole one."""

    async def read(response: aiohttp.ClientResponse, status: int) -> dict:
        assert (response.status, response.content_type) == (status, "application/problem+json"), await response.text()
        told = await response.json(content_type=None)
        assert told["status"] == status
        assert told["type"] == "about:blank"
        assert told["title"]
        assert told["detail"]
        assert told["request_id"] == response.headers["X-Request-ID"]
        assert (told.get("errors") is not None) == (status == 422)
        return told

    return read
