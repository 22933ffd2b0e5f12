"""How a job lives, one concept a test; read from top to bottom."""

import pytest

from actors.domain.errors import EngineFailedError, JobNotFoundError, PermanentError
from actors.domain.events import EventType, Note
from actors.domain.job import JobStatus, ResearchRequest
from actors.engine import open_engine


async def test_a_job_goes_through_its_stages_and_tells_each_step(config, pipeline):
    async with open_engine(config, pipeline=pipeline) as engine:
        job = await engine.submit(ResearchRequest(query="why is the sky blue"))
        events = [event async for event in engine.events(job.job_id)]
        steps = [(event.type, event.stage, event.data.get("state")) for event in events]
        assert steps == [
            ("queued", None, None),
            ("started", None, None),
            ("stage", "ask", "started"),
            ("stage", "ask", "done"),
            ("stage", "rephrase", "started"),
            ("stage", "rephrase", "done"),
            ("stage", "publish", "started"),
            ("stage", "publish", "done"),
            ("completed", None, None),
        ]
        assert (await engine.job(job.job_id)).status is JobStatus.COMPLETED


async def test_events_are_numbered_from_one_and_can_be_read_again_from_any_number(config, pipeline):
    async with open_engine(config, pipeline=pipeline) as engine:
        job = await engine.submit(ResearchRequest(query="q"))
        events = [event async for event in engine.events(job.job_id)]
        assert [event.seq for event in events] == list(range(1, 10))
        assert [event async for event in engine.events(job.job_id, after=7)] == events[7:]
        assert [event async for event in engine.events(job.job_id, after=9)] == []


async def test_a_job_that_does_not_exist_has_no_events(config, pipeline):
    async with open_engine(config, pipeline=pipeline) as engine:
        with pytest.raises(JobNotFoundError):
            await anext(engine.events("nobody"))


async def test_a_permanent_error_fails_the_job_with_a_message_for_its_user(config, pipeline, rephrase):
    rephrase.errors.append(PermanentError("name a model in llm.model"))
    async with open_engine(config, pipeline=pipeline) as engine:
        job = await engine.submit(ResearchRequest(query="q"))
        last = [event async for event in engine.events(job.job_id)][-1]
        assert (last.type, last.data["error"]) == ("failed", "name a model in llm.model")


async def test_a_cancelled_job_stops_at_once_and_stays_cancelled(config, pipeline, stuck):
    async with open_engine(config, pipeline=pipeline) as engine:
        job = await engine.submit(ResearchRequest(query="q"))
        await stuck.wait()
        await engine.cancel(job.job_id)
        events = [event async for event in engine.events(job.job_id)]
        assert events[-1].type == "cancelled"
        assert (await engine.job(job.job_id)).status is JobStatus.CANCELLED


async def test_jobs_run_side_by_side(config, pipeline):
    async with open_engine(config, pipeline=pipeline) as engine:
        jobs = [await engine.submit(ResearchRequest(query=f"q{number}")) for number in range(20)]
        for job in jobs:
            assert [event async for event in engine.events(job.job_id)][-1].type == "completed"


async def test_a_log_of_any_length_is_told_whole(config, pipeline, rephrase):
    work = rephrase.work

    async def talkative(job, artefacts, services):
        for number in range(1_500):
            await services.tell(Note(type=EventType.PROGRESS, data={"number": number}))
        return await work(job, artefacts, services)

    rephrase.work = talkative
    async with open_engine(config, pipeline=pipeline) as engine:
        job = await engine.submit(ResearchRequest(query="q"))
        for _ in range(2):
            events = [event async for event in engine.events(job.job_id)]
            assert [event.seq for event in events] == list(range(1, 1_510))


async def test_an_engine_that_has_given_up_says_so_to_those_who_wait(config, pipeline, stuck):
    async with open_engine(config, pipeline=pipeline, drain_seconds=0.01) as engine:
        job = await engine.submit(ResearchRequest(query="q"))
        await stuck.wait()
        engine._supervisor.given_up = ("rephrase",)
        with pytest.raises(EngineFailedError):
            async for _ in engine.events(job.job_id):
                pass
