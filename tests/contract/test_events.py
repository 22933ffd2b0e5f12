import asyncio

import pytest

from actors.domain.events import EventType, Note
from actors.domain.job import JobStatus
from actors.store.records import Finish


async def test_numbers_are_dense_from_one_and_reading_starts_after_any_of_them(bench):
    await bench.submit()
    delivery = await bench.take_one()
    notes = [Note(type=EventType.PROGRESS, data={"n": number}) for number in range(3)]
    await bench.store.mailboxes.tell(delivery, notes)
    await bench.store.mailboxes.finish(delivery, Finish(b"", JobStatus.COMPLETED))
    events = await bench.store.events.read("j1")
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6, 7]
    assert await bench.store.events.read("j1", after=4) == events[4:]
    assert await bench.store.events.read("j1", after=1, limit=2) == events[1:3]
    assert (await bench.store.jobs.get("j1")).seq == 7


async def test_a_note_with_a_name_is_told_once_one_without_every_time(bench):
    await bench.submit()
    delivery = await bench.take_one()
    named = Note(type=EventType.SOURCE, once="source:s1")
    plain = Note(type=EventType.PROGRESS)
    await bench.store.mailboxes.tell(delivery, [named, plain, named, plain])
    assert (await bench.types())[2:] == [EventType.SOURCE, EventType.PROGRESS, EventType.PROGRESS]


async def test_an_event_carries_its_stage_data_and_time(bench):
    await bench.submit()
    data = {"text": "é ☃", "list": [1, None], "n": 0.5}
    await bench.store.mailboxes.tell(await bench.take_one(), [Note(type=EventType.WARNING, stage="first", data=data)])
    event = (await bench.store.events.read("j1"))[-1]
    assert (event.job_id, event.stage, event.data) == ("j1", "first", data)
    assert event.at > 0


@pytest.mark.waits
async def test_a_subscriber_sees_every_job_from_then_on(bench):
    await bench.submit("before")
    async with bench.store.events.subscribe() as tail:
        await bench.submit("j1")
        await bench.submit("j2")
        seen = [await asyncio.wait_for(anext(tail), 1) for _ in range(4)]
    assert [(event.job_id, event.seq) for event in seen] == [("j1", 1), ("j1", 2), ("j2", 1), ("j2", 2)]


@pytest.mark.waits
async def test_a_wait_for_the_next_event_that_is_cancelled_loses_none(bench):
    async with bench.store.events.subscribe() as tail:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(tail), 0.01)
        await bench.submit()
        assert (await asyncio.wait_for(anext(tail), 1)).seq == 1


@pytest.mark.waits
async def test_all_events_that_are_there_are_taken_at_once_and_none_when_it_stays_quiet(bench):
    async with bench.store.events.subscribe("j1") as tail, bench.store.events.subscribe("j2") as other:
        await bench.submit("j1")
        await bench.store.mailboxes.tell(await bench.take_one(), [Note(type=EventType.PROGRESS)] * 3)
        await bench.submit("j2")
        await asyncio.wait_for(anext(other), 5)
        assert [event.seq for event in await tail.some(seconds=5)] == [1, 2, 3, 4, 5]
        assert await tail.some(seconds=0.01) == []


@pytest.mark.waits
async def test_a_wait_for_more_that_is_cancelled_loses_none(bench):
    async with bench.store.events.subscribe("j1") as tail:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(tail.some(seconds=5), 0.01)
        await bench.submit("j1")
        assert (await tail.some(seconds=5))[0].seq == 1


@pytest.mark.waits
async def test_a_subscriber_of_one_job_sees_no_other(bench):
    async with bench.store.events.subscribe("j2") as tail:
        await bench.submit("j1")
        await bench.submit("j2")
        seen = [await asyncio.wait_for(anext(tail), 1) for _ in range(2)]
    assert [(event.job_id, event.seq) for event in seen] == [("j2", 1), ("j2", 2)]


@pytest.mark.waits
async def test_a_subscriber_that_does_not_read_costs_bounded_memory_and_the_log_keeps_all(bench):
    await bench.submit()
    delivery = await bench.take_one()
    async with bench.store.events.subscribe("j1") as tail:
        for _ in range(30):
            await bench.store.mailboxes.tell(delivery, [Note(type=EventType.PROGRESS)] * 10)
        first = await asyncio.wait_for(anext(tail), 1)
    assert first.seq == 3
    assert [event.seq for event in await bench.store.events.read("j1", after=2)] == list(range(3, 303))
