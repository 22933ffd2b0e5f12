"""How several processes share the work, and what outlives them; an engine here stands for a process."""

import asyncio
import signal

import pytest

from actors.config import CorpusConfig, RedisConfig, SearchConfig, StorageConfig
from actors.domain.errors import ConfigError, JobActiveError, ReportNotFoundError, StoreUnavailableError
from actors.domain.health import Condition
from actors.domain.job import JobStatus, ResearchRequest
from actors.engine import open_engine

QUESTION = ResearchRequest(query="q")


def altered(config, **tables):
    return config.model_copy(update=tables)


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_job_taken_in_by_one_process_is_done_by_another(shared, pipeline):
    async with open_engine(shared, pipeline=pipeline, actors=False) as edge:
        job = await edge.submit(QUESTION)
        async with open_engine(shared, pipeline=pipeline):
            events = [event async for event in edge.events(job.job_id)]
        assert (events[-1].type, [event.seq for event in events]) == ("completed", list(range(1, 10)))
        assert (await edge.job(job.job_id)).status is JobStatus.COMPLETED


async def test_stages_can_be_shared_out_between_processes(shared, pipeline):
    def only(*stages):
        return altered(shared, engine=shared.engine.model_copy(update={"stages": stages}))

    async with (
        open_engine(only("ask", "publish"), pipeline=pipeline) as engine,
        open_engine(only("rephrase"), pipeline=pipeline),
    ):
        job = await engine.submit(QUESTION)
        assert [event async for event in engine.events(job.job_id)][-1].type == "completed"


async def test_a_stage_that_does_not_exist_is_refused(shared, pipeline):
    wrong = altered(shared, engine=shared.engine.model_copy(update={"stages": ("fly",)}))
    with pytest.raises(ConfigError, match="there is no stage 'fly'; allowed: ask, rephrase, publish"):
        async with open_engine(wrong, pipeline=pipeline):
            pass


async def test_work_unfinished_at_a_stop_is_handed_back_at_once_and_goes_on_after_a_restart(shared, pipeline, stuck):
    async with open_engine(shared, pipeline=pipeline, drain_seconds=0.01) as engine:
        job = await engine.submit(QUESTION)
        await stuck.wait()
    del pipeline[1].work
    async with open_engine(shared, pipeline=pipeline) as engine:
        events = [event async for event in engine.events(job.job_id)]
    told = [event.type for event in events if event.stage == "rephrase" and event.data["state"] == "started"]
    assert (events[-1].type, len(told)) == ("completed", 1)


async def test_many_jobs_over_two_processes_each_end_once(shared, pipeline):
    async with open_engine(shared, pipeline=pipeline) as one, open_engine(shared, pipeline=pipeline):
        jobs = [await one.submit(QUESTION) for _ in range(40)]
        for job in jobs:
            seqs = [event.seq async for event in one.events(job.job_id)]
            assert seqs == list(range(1, 10))
        assert {job.status for job in await one.jobs(limit=100)} == {JobStatus.COMPLETED}
        assert pipeline[1].ran == len(jobs)


async def test_a_tenants_jobs_can_be_listed_and_only_ended_ones_deleted(config, pipeline, stuck):
    async with open_engine(config, pipeline=pipeline, drain_seconds=0.01) as engine:
        job = await engine.submit(QUESTION)
        await stuck.wait()
        with pytest.raises(JobActiveError):
            await engine.delete(job.job_id)
        assert engine.progress(await engine.job(job.job_id)) == pytest.approx(1 / 3, abs=0.01)
        await engine.cancel(job.job_id)
        assert [each.job_id for each in await engine.jobs(status=JobStatus.CANCELLED)] == [job.job_id]
        await engine.delete(job.job_id)
        assert await engine.jobs() == []


async def test_a_job_without_a_report_says_so(config, pipeline):
    async with open_engine(config, pipeline=pipeline) as engine:
        with pytest.raises(ReportNotFoundError, match="nobody has no report"):
            await engine.reports.folder_of("nobody")


async def test_a_process_says_how_it_is(config, pipeline):
    async with open_engine(config, pipeline=pipeline) as engine:
        health = await engine.health()
        assert (health.status, health.problems) == (Condition.HEALTHY, ())
        assert (health.store.tier, health.vectors) == ("memory" if config.redis.url == "memory" else "redis", "local")
        assert health.actors.stages == ("ask", "rephrase", "publish")


async def test_a_server_that_cannot_be_reached_is_replaced_by_memory_if_that_is_allowed(shared, pipeline):
    redis = RedisConfig(url="redis://127.0.0.1:1/0", connect_seconds=0.1)
    async with open_engine(altered(shared, redis=redis), pipeline=pipeline) as engine:
        health = await engine.health()
        assert (health.status, health.store.tier) == (Condition.DEGRADED, "memory")
        assert "redis://127.0.0.1:1/0 cannot be reached" in health.problems[0]
        job = await engine.submit(QUESTION)
        assert [event async for event in engine.events(job.job_id)][-1].type == "completed"
    with pytest.raises(StoreUnavailableError):
        async with open_engine(altered(shared, redis=redis.model_copy(update={"fallback": False})), pipeline=pipeline):
            pass


async def test_an_outage_is_waited_out_and_nothing_is_lost(shared, pipeline, start_server, short_folder, watch_keys):
    listen = short_folder / "s"
    options = ("--port", "0", "--unixsocket", str(listen), "--appendonly", "yes", "--appendfsync", "always")
    server = start_server(short_folder, listen, *options)
    config = altered(shared, redis=RedisConfig(url=f"unix://{listen}"))
    watch_keys(config.redis.url)
    async with open_engine(config, pipeline=pipeline) as engine:
        jobs = [await engine.submit(QUESTION) for _ in range(5)]
        server.send_signal(signal.SIGKILL)
        await asyncio.to_thread(server.wait)
        with pytest.raises(StoreUnavailableError):
            await engine.submit(QUESTION)
        assert (await engine.health()).status is Condition.UNHEALTHY
        await asyncio.to_thread(start_server, short_folder, listen, *options)
        for job in jobs:
            seqs = [event.seq async for event in engine.events(job.job_id)]
            assert seqs == list(range(1, 10))
        assert engine.healthy


async def test_an_engine_can_be_opened_and_closed_a_hundred_times(shared, pipeline):
    for _ in range(100):
        async with open_engine(shared, pipeline=pipeline):
            pass


@pytest.fixture
async def researched(shared, tmp_path):
    """A job of the real stages over a small folder, done by another process; its id and its files."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "bridge.md").write_text("# The bridge\n\n" + "The Humber Bridge is 2,220 metres long. " * 12)
    search = SearchConfig(corpus=CorpusConfig(folder=corpus))
    async with open_engine(altered(shared, search=search)) as engine:
        job = await engine.submit(ResearchRequest(query="How long is the Humber Bridge?"))
        assert [event async for event in engine.events(job.job_id)][-1].type == "completed"
    return job.job_id, shared.storage.reports / job.job_id


async def test_a_report_is_made_again_on_a_host_that_lacks_its_files(shared, tmp_path, researched):
    job_id, original = researched
    elsewhere = altered(shared, storage=StorageConfig(data=tmp_path / "d2", reports=tmp_path / "r2"))
    async with open_engine(elsewhere, actors=False) as engine:
        folders = await asyncio.gather(*(engine.reports.folder_of(job_id) for _ in range(3)))
        assert {
            path.relative_to(folders[0]): path.read_bytes() for path in folders[0].rglob("*") if path.is_file()
        } == {path.relative_to(original): path.read_bytes() for path in original.rglob("*") if path.is_file()}
        await engine.delete(job_id)
        assert not folders[0].exists()
