"""examples/client.py against wires that are cut anywhere: what the service has told arrives once, whatever happens."""

import ast
import asyncio
import sys
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.client import Job, ProblemError, ResearchClient

CLIENT = Path(__file__).parents[2] / "examples" / "client.py"
JOB = {
    **dict.fromkeys(
        ("stage", "stop_reason", "error", "started_at", "completed_at", "report_url", "retry_of", "result")
    ),
    "job_id": "j1",
    "query": "Why?",
    "status": "queued",
    "progress": 0.0,
    "usage": {},
    "created_at": "2026-03-04T10:00:05+00:00",
    "events_url": "/jobs/j1/events",
}
PROBLEM = {"type": "about:blank", "title": "Service Unavailable", "detail": "Later.", "request_id": "r1"}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.slept = []

    async def sleep(self, seconds):
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def clock(self):
        return sum(self.slept)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def client_of(time):
    """`await client_of(wire)`: a client of it, which loses no time."""
    opened = []

    async def make(wire, key="", **options) -> ResearchClient:
        client = ResearchClient(wire.url, key, sleep=time.sleep, clock=time.clock, **options)
        opened.append(await client.__aenter__())
        return client

    yield make
    for client in opened:
        await client.__aexit__()


async def numbers(client, **options) -> list[int]:
    return [event.seq async for event in client.follow("j1", **options)]


def test_it_needs_nothing_but_aiohttp():
    nodes = list(ast.walk(ast.parse(CLIENT.read_text("utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names == {"aiohttp"}


async def test_a_job_is_followed_through_everything_that_can_happen_to_a_stream(
    wire, client_of, time, plain, streamed, event
):
    told = streamed(b"retry: 2000\n\n", event(1), event(2), event(3))
    server = await wire(
        plain(503, PROBLEM, "application/problem+json", Retry_After="7"),
        told[: told.index(b"id: 2") + 40],
        streamed(event(1), event(2), event(3)),
        plain(502, b"<h1>Bad Gateway</h1>", "text/html"),
        streamed(b": heartbeat\n\n"),
        streamed(event(4) + event(4) + event(5, "completed"), event(6)),
    )
    client = await client_of(server)
    assert await numbers(client) == [1, 2, 3, 4, 5]
    assert [headers["last-event-id"] for _, headers in server.requests] == ["0", "0", "1", "3", "3", "3"]
    assert server.requests[0][0] == "GET /jobs/j1/events"
    assert server.requests[0][1]["accept"] == "text/event-stream"
    least = [7, 2, 2, 4, 8]
    assert all(low <= slept <= 1.5 * low for low, slept in zip(least, time.slept, strict=True))


async def test_nothing_comes_after_what_the_service_says_was_the_end(wire, client_of, plain, streamed, event):
    server = await wire(streamed(event(1), event(2)), plain(204))
    client = await client_of(server)
    assert await numbers(client) == [1, 2]
    assert await numbers(client, after=9) == []
    assert server.requests[-1][1]["last-event-id"] == "9"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=6))
def test_wherever_the_wire_is_cut_each_event_arrives_once(open_wire, streamed, event, cuts):
    def answer(share):
        def cut(headers):
            rest = range(int(headers["last-event-id"]) + 1, 7)
            whole = streamed(b"retry: 10\n\n", *(event(seq, "completed" if seq == 6 else "source") for seq in rest))
            return whole[: int(len(whole) * share)]

        return cut

    async def follow():
        time = Time()
        async with (
            open_wire(*map(answer, [*cuts, 1.0])) as server,
            ResearchClient(server.url, sleep=time.sleep, clock=time.clock) as client,
        ):
            return await numbers(client)

    assert asyncio.run(follow()) == [1, 2, 3, 4, 5, 6]


async def test_what_comes_again_is_dropped_and_what_is_missing_is_an_error(wire, client_of, streamed, event):
    server = await wire(streamed(event(1), event(2)), streamed(event(1), event(2), event(4, "completed")))
    client = await client_of(server)
    events = client.follow("j1")
    assert [(await anext(events)).seq, (await anext(events)).seq] == [1, 2]
    with pytest.raises(ProblemError, match="event 4 came where 3 was due"):
        await anext(events)


async def test_events_and_jobs_say_what_the_service_said_of_them(wire, client_of, plain, streamed, event):
    server = await wire(streamed(event(1, "cancelled", more=3)), plain(200, JOB | {"progress": 0.5}))
    client = await client_of(server)
    told = await anext(client.follow("j1"))
    assert (told.job_id, told.type, told.stage, told.data) == ("j1", "cancelled", None, {"text": "über …", "more": 3})
    job = await client.job("j1")
    assert isinstance(job, Job)
    assert (job.query, job.status, job.progress) == ("Why?", "queued", 0.5)


async def test_a_plan_says_what_a_question_would_cost(wire, client_of, plain):
    costs = {"usd": 0.25, "tokens": 100}
    told = {"query": "Why?", "questions": ["Why?", "Since when?"], "by_model": True, "providers": ["wikipedia"]}
    told |= {"pages": 20, "rounds": 2, "model": "m", "most": costs, "spent": {}, "warnings": []}
    server = await wire(plain(200, told), plain(503, PROBLEM))
    client = await client_of(server)
    plan = await client.plan("Why?", depth=1, budget={"usd": 1})
    assert (plan.questions, plan.pages, plan.most["usd"]) == (["Why?", "Since when?"], 20, 0.25)
    with pytest.raises(ProblemError):
        await client.plan("Why?")
    assert [line for line, _ in server.requests] == ["POST /research/plan"] * 2


async def test_what_was_collected_is_searched(wire, client_of, plain):
    match = {"score": 0.5, "text": "It is.", "url": "https://a.example/", "title": "A", "job_id": "j1"}
    match |= {"source_id": "s1", "start": 3, "end": 9, "sha256": "0" * 64}
    server = await wire(plain(200, {"query": "a & b", "results": [match]}))
    (found,) = await (await client_of(server)).search("a & b", limit=2)
    assert (found.score, found.url, found.source_id, found.start, found.end) == (0.5, "https://a.example/", "s1", 3, 9)
    assert server.requests[0][0] == "GET /search?q=a+%26+b&limit=2"


async def test_a_stream_that_falls_silent_is_taken_up_again(wire, client_of, streamed, event):
    server = await wire(None, streamed(event(1, "failed")))
    client = await client_of(server, silence_seconds=0.02)
    assert await numbers(client) == [1]


async def test_an_outage_is_waited_out_only_so_long_and_ever_more_slowly(wire, client_of, time, plain):
    client = await client_of(await wire(plain(503, PROBLEM)), outage_seconds=300)
    with pytest.raises(ProblemError, match="503 Service Unavailable: Later"):
        await numbers(client)
    assert 250 < sum(time.slept) <= 300
    assert max(time.slept) <= 45


async def test_each_outage_is_measured_from_its_own_beginning(wire, client_of, time, plain, streamed, event):
    busy = plain(503, PROBLEM, Retry_After="15")
    server = await wire(busy, streamed(event(1)), busy, streamed(event(2)), busy, streamed(event(3, "completed")))
    client = await client_of(server, outage_seconds=30)
    assert await numbers(client) == [1, 2, 3]
    assert sum(time.slept) > 45


async def test_a_service_that_is_gone_is_an_error_in_the_end(wire, client_of, time):
    client = await client_of(await wire(b""), outage_seconds=5)
    with pytest.raises(aiohttp.ClientConnectionError):
        await numbers(client)
    assert time.slept


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_what_does_not_pass_is_an_error_at_once(wire, client_of, time, plain, status):
    client = await client_of(await wire(plain(status, PROBLEM | {"title": "No"}, "application/problem+json")))
    for call in (numbers(client), client.job("j1"), client.delete("j1")):
        with pytest.raises(ProblemError, match=f"{status} No: Later") as caught:
            await call
        assert (caught.value.status, caught.value.request_id, time.slept) == (status, "r1", [])


@pytest.mark.parametrize("status", [200, 302, 404])
async def test_an_answer_of_something_else_is_an_error_that_shows_it(wire, client_of, plain, status):
    page = plain(status, b"<h1>Log in</h1>", "text/html", Location="/elsewhere")
    server = await wire(page)
    client = await client_of(server, "secret")
    with pytest.raises(ProblemError, match=f"{status} Some Reason: answered by '<h1>Log in</h1>'"):
        await numbers(client)
    assert len(server.requests) == 1


async def test_leaving_a_stream_ends_its_connection(wire, client_of, streamed, event):
    whole = streamed(event(1))
    server = await wire(whole[: -len(b"0\r\n\r\n")])
    client = await client_of(server)
    async with aclosing(client.follow("j1")) as events:
        async for _ in events:
            break
    while server.open:
        await asyncio.sleep(0.001)


async def test_a_call_that_can_be_repeated_is_until_it_is_answered(wire, client_of, time, plain):
    job = plain(200, JOB)
    server = await wire(b"", plain(429, PROBLEM, Retry_After="3"), job[:-5], job)
    client = await client_of(server)
    assert (await client.cancel("j1")).job_id == "j1"
    assert [line for line, _ in server.requests] == ["POST /jobs/j1/cancel"] * 4
    assert time.slept[1] >= 3


async def test_a_time_to_come_back_may_be_a_date(wire, client_of, time, plain):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    client = await client_of(await wire(plain(503, PROBLEM, Retry_After=later), plain(200, JOB)))
    await client.job("j1")
    assert 15 < time.slept[0] < 25


async def test_a_call_is_not_repeated_for_longer_than_one_is_patient(wire, client_of, time, plain):
    server = await wire(plain(503, PROBLEM, Retry_After="31"))
    client = await client_of(server)
    with pytest.raises(ProblemError) as caught:
        await client.jobs()
    assert (caught.value.retry_after, len(server.requests), time.slept) == (31, 1, [])


async def test_a_question_is_never_asked_twice(wire, client_of, plain):
    server = await wire(plain(503, PROBLEM, Retry_After="1"), plain(202, JOB)[:-9], b"")
    client = await client_of(server)
    for error in (ProblemError, aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError):
        with pytest.raises(error):
            await client.submit("Why?")
    assert len(server.requests) == 3


async def test_a_delete_whose_answer_was_lost_is_done(wire, client_of, plain):
    server = await wire(plain(503, PROBLEM), plain(404, PROBLEM))
    client = await client_of(server)
    await client.delete("j1")
    assert [line for line, _ in server.requests] == ["DELETE /jobs/j1"] * 2


async def test_fields_that_are_wrong_are_named(wire, client_of, plain):
    said = PROBLEM | {"title": "Unprocessable Entity", "errors": {"max_results": ["Must be from 1 to 100."]}}
    client = await client_of(await wire(plain(422, said, "application/problem+json")))
    with pytest.raises(ProblemError, match=r"Later\.; max_results: Must be from 1 to 100\.") as caught:
        await client.submit("Why?", max_results=0)
    assert caught.value.errors == said["errors"]


async def test_waiting_for_a_job_ends_in_time_though_the_job_has_not(wire, client_of, plain):
    client = await client_of(await wire(None))
    with pytest.raises(TimeoutError):
        await client.wait("j1", timeout=0.02)


async def test_the_key_goes_with_every_request_and_a_session_that_was_given_stays_open(wire, plain):
    server = await wire(plain(200, {"jobs": [JOB]}))
    async with aiohttp.ClientSession() as session:
        async with ResearchClient(f"{server.url}/", "secret", session=session) as client:
            assert [job.job_id for job in await client.jobs("queued", 7)] == ["j1"]
        assert not session.closed
    assert server.requests[0][0] == "GET /jobs?limit=7&status=queued"
    assert server.requests[0][1]["x-api-key"] == "secret"


async def test_a_client_that_was_not_opened_says_how(wire):
    with pytest.raises(RuntimeError, match="async with ResearchClient"):
        await ResearchClient("http://127.0.0.1").job("j1")


async def test_a_file_is_kept_whole_or_not_at_all(wire, client_of, plain, tmp_path):
    whole = plain(200, bytes(100_000), "application/zip")
    client = await client_of(await wire(whole[:-1], whole))
    assert await client.download("j1", "evidence.zip", tmp_path / "e.zip") == tmp_path / "e.zip"
    assert (tmp_path / "e.zip").read_bytes() == bytes(100_000)
    client = await client_of(await wire(whole[:-1]), patience_seconds=0)
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.download("j1", "evidence.zip", str(tmp_path / "f.zip"))
    assert [path.name for path in tmp_path.iterdir()] == ["e.zip"]
