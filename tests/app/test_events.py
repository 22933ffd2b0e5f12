"""How a job is followed: as a stream or by pages, from any point of its log, each event once."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from actors.domain.events import Event, EventType
from actors.domain.job import Job, JobStatus, ResearchRequest
from app.handlers.events import DATA
from app.keys import ENGINE, STOPPING, WAITS
from app.schemas.responses import EventsResponse
from app.sse import end_waits, stream

JSON = {"Accept": "application/json"}
ALL = ["queued", "started", "stage", "stage", "stage", "stage", "completed"]


def parsed(text):
    """The frames of a stream, a dictionary each, comments left out."""
    frames = [frame for frame in text.split("\n\n") if frame.strip()]
    return [
        dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
        for frame in frames
        if not frame.startswith(":")
    ]


@asynccontextmanager
async def following(client, job_id, **headers):
    async with client.get(f"/jobs/{job_id}/events", headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield response


async def until(response, wanted):
    """What the stream says up to some text."""
    read = b""
    while wanted not in read:
        read += await asyncio.wait_for(response.content.readany(), 10)
    return read.decode()


async def test_the_whole_log_is_streamed_and_ends_with_the_job(client, finished):
    job_id = await finished()
    async with following(client, job_id) as response:
        first, *frames = parsed(await response.text())
    assert list(first) == ["retry"]
    assert [frame["id"] for frame in frames] == [str(number) for number in range(1, 8)]
    assert [frame["event"] for frame in frames] == ALL
    events = [json.loads(frame["data"]) for frame in frames]
    assert EventsResponse().validate({"events": events, "last": 7}) == {}
    assert [event["seq"] for event in events] == list(range(1, 8))


async def test_events_come_as_they_happen(client, submit, collect):
    collect.gate.clear()
    async with following(client, await submit()) as response:
        await until(response, b'"collect"')
        collect.gate.set()
        assert "event: completed" in await until(response, b"event: completed")
        assert await response.content.read() in (b"", b"\n")


async def test_all_who_follow_a_job_get_the_same(client, submit, collect):
    collect.gate.clear()
    job_id = await submit()

    async def follow():
        async with following(client, job_id) as response:
            return await response.text()

    streams = [asyncio.create_task(follow()) for _ in range(20)]
    await collect.started.wait()
    collect.gate.set()
    for text in await asyncio.gather(*streams):
        assert [frame["id"] for frame in parsed(text)[1:]] == [str(number) for number in range(1, 8)]


async def test_a_stream_that_broke_off_is_taken_up_where_it_ended(client, submit, collect):
    collect.gate.clear()
    job_id = await submit()
    async with following(client, job_id) as response:
        told = parsed(await until(response, b"event: stage\n"))
    collect.gate.set()
    async with following(client, job_id, **{"Last-Event-ID": "2"}) as response:
        frames = parsed(await response.text())[1:]
    assert told
    assert [frame["id"] for frame in frames] == [str(number) for number in range(3, 8)]


async def test_the_last_event_id_goes_before_the_query(client, finished):
    path = f"/jobs/{await finished()}/events?after=1"
    assert [f["id"] for f in parsed(await (await client.get(path)).text())[1:]] == ["2", "3", "4", "5", "6", "7"]
    answer = await client.get(path, headers={"Last-Event-ID": "5"})
    assert [frame["id"] for frame in parsed(await answer.text())[1:]] == ["6", "7"]
    assert len(parsed(await (await client.get(path, headers={"Last-Event-ID": "0"})).text())) == 8


async def test_who_has_the_last_event_is_told_not_to_come_back(client, finished):
    job_id = await finished()
    async with client.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": "7"}) as response:
        assert (response.status, await response.read()) == (204, b"")


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30, "٣"])
async def test_a_last_event_id_that_is_none_is_refused(client, finished, problem_of, last):
    response = await client.get(f"/jobs/{await finished()}/events", headers={"Last-Event-ID": last})
    assert "Last-Event-ID" in (await problem_of(response, 422))["errors"]


@pytest.mark.parametrize("query", ["after=x", "after=-1", "wait=61", "wait=-1", "from=2"])
async def test_a_wrong_query_is_refused_before_the_stream_begins(client, finished, problem_of, query):
    response = await client.get(f"/jobs/{await finished()}/events?{query}")
    assert list((await problem_of(response, 422))["errors"]) == [query.partition("=")[0]]


async def test_pages_of_json_hold_the_same_events(client, finished):
    path = f"/jobs/{await finished()}/events"
    page = await (await client.get(path, headers=JSON)).json()
    assert EventsResponse().validate(page) == {}
    assert ([event["type"] for event in page["events"]], page["last"]) == (ALL, 7)
    rest = await (await client.get(f"{path}?after=5", headers=JSON)).json()
    assert ([event["seq"] for event in rest["events"]], rest["last"]) == ([6, 7], 7)
    assert await (await client.get(f"{path}?after=7&wait=60", headers=JSON)).json() == {"events": [], "last": 7}


async def test_a_page_waits_for_an_event_only_as_long_as_it_is_asked_to(client, submit, collect):
    collect.gate.clear()
    path = f"/jobs/{await submit()}/events"
    await collect.started.wait()
    for wait in ("0", "0.05"):
        assert await (await client.get(f"{path}?after=3&wait={wait}", headers=JSON)).json() == {"events": [], "last": 3}
    waiting = asyncio.create_task(client.get(f"{path}?after=3&wait=60", headers=JSON))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    collect.gate.set()
    assert (await (await waiting).json())["events"][0]["seq"] == 4


async def test_streams_and_pages_end_when_the_service_stops(client, app, submit, collect):
    collect.gate.clear()
    job_id = await submit()
    await collect.started.wait()
    waiting = asyncio.create_task(client.get(f"/jobs/{job_id}/events?after=3&wait=60", headers=JSON))
    async with following(client, job_id) as response:
        await until(response, b'"collect"')
        while len(app[WAITS]) < 2:
            await asyncio.sleep(0)
        await end_waits(app)
        await asyncio.wait_for(response.content.read(), 10)
        assert (await (await waiting).json())["events"] == []
    async with following(client, job_id) as response:
        assert "event: completed" not in await asyncio.wait_for(response.text(), 10)
    assert not app[WAITS]


class Endless:
    """An engine whose job tells the same text for ever, or nothing at all."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tier = "memory"
        self.closed = asyncio.Event()

    def event(self, seq):
        return Event(
            seq=seq, job_id="j", type=EventType.WARNING, stage=None, at=len(self.text), data={"text": self.text}
        )

    async def batches(self, job_id, *, after=0):
        seq = after + 1
        try:
            while True:
                if self.text:
                    yield [self.event(seq)]
                seq += 1
                await asyncio.sleep(0)
        finally:
            self.closed.set()


def streaming(engine, **options):
    app = web.Application()
    app[ENGINE], app[STOPPING], app[WAITS] = engine, asyncio.Event(), set()
    job = Job(job_id="j", tenant="t", request=ResearchRequest(query="q"), status=JobStatus.RUNNING)

    async def handler(request):
        return await stream(request, job, 0, **options)

    app.router.add_get("/", handler)
    return app


@pytest.mark.parametrize("length", [1_000, 100_000])
async def test_a_client_that_takes_nothing_is_dropped(listen, length):
    engine = Endless("x" * length)
    client = await listen(streaming(engine, send_seconds=0.1))
    async with client.get("/"):
        await asyncio.wait_for(engine.closed.wait(), 20)


async def test_a_client_that_goes_is_no_longer_served(listen):
    engine = Endless("x")
    client = await listen(streaming(engine))
    async with client.get("/") as response:
        await until(response, b"event: warning")
        response.close()
    await asyncio.wait_for(engine.closed.wait(), 10)


async def test_a_silent_job_is_told_to_be_alive(listen):
    client = await listen(streaming(Endless(""), heartbeat_seconds=0.01))
    async with client.get("/") as response:
        await until(response, b": ping\n\n: ping\n\n")


def test_every_type_of_event_is_told_with_what_it_holds():
    assert set(DATA) == {*EventType}
