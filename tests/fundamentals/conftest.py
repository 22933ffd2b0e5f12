"""A research in miniature: three stages over the real engine, with its real store and actors."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from actors.config import EngineConfig, RedisConfig, RunConfig, StorageConfig
from actors.domain.analysis import Quality, Report
from actors.domain.artefacts import Plan, Published
from actors.domain.job import JobStatus


@dataclass
class Ask:
    """The first stage: turns the query into one question."""

    name: str = "ask"
    artefact: type = Plan

    async def work(self, job, artefacts, services):
        return Plan(questions=(f"{job.request.query}?",))


@dataclass
class Publish:
    """The last stage: a report without any content."""

    name: str = "publish"
    artefact: type = Published

    async def work(self, job, artefacts, services):
        parts = "summary findings sources passages entities relations topics sentiment timeline related agreement"
        empty = dict.fromkeys(parts.split(" "), ())
        report = Report(
            job_id=job.job_id,
            query=artefacts.latest(Plan).questions[-1],
            status=JobStatus.COMPLETED,
            quality=Quality(citation_precision=0, citation_recall=0, cited_share=0),
            created_at="2026-01-01T00:00:00+00:00",
            **empty,
        )
        return Published(report=report)


@dataclass
class Rephrase:
    """A stage in between, which a test can make fail; it counts how often it ran."""

    errors: list = field(default_factory=list)
    ran: int = 0
    name: str = "rephrase"
    artefact: type = Plan

    async def work(self, job, artefacts, services):
        self.ran += 1
        if self.errors:
            raise self.errors.pop(0)
        return Plan(questions=(artefacts.latest(Plan).questions[0].upper(),))


@pytest.fixture
def rephrase():
    return Rephrase()


@pytest.fixture
def stuck(rephrase):
    """The middle stage never ends; set when a job has come to it."""
    started = asyncio.Event()

    async def work(job, artefacts, services):
        started.set()
        await asyncio.Event().wait()

    rephrase.work = work
    return started


@pytest.fixture
def pipeline(rephrase):
    return (Ask(), rephrase, Publish())


@pytest.fixture
def shared(tmp_path, redis_server):
    """A configuration whose store outlives an engine, and is shared by several."""
    storage = StorageConfig(data=tmp_path / "data", reports=tmp_path / "reports")
    redis = RedisConfig(url=redis_server, prefix=f"test-{uuid4()}"[:40])
    return EngineConfig(storage=storage, redis=redis, engine=RunConfig(max_attempts=2, processes=1))


@pytest.fixture(params=["memory", "valkey"])
def config(shared, request):
    if request.param == "valkey":
        return shared
    return shared.model_copy(update={"redis": RedisConfig(url="memory")})
