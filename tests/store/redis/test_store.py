import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from fnmatch import fnmatch
from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as LostConnectionError

from actors.domain.errors import LeaseLostError, StoreUnavailableError
from actors.domain.events import EventType, Note
from actors.domain.job import Budget, JobStatus, ResearchRequest, Spending
from actors.store.records import Advance, Fail, Finish, Limits
from actors.store.redis import redis_store
from actors.store.redis.connect import connect
from actors.store.redis.keys import LASTING


class Rig:
    def __init__(self, clients, limits):
        self.redis = clients.commands
        self.prefix = f"test-{uuid4()}"
        self.store, self.events = redis_store(clients, self.prefix, "first", limits, tier="redis")

    async def submit(self, job_id="j1"):
        return await self.store.jobs.submit(job_id, "t", ResearchRequest(query="why?"))

    async def take_one(self, stage="first"):
        mailboxes = self.store.mailboxes
        (delivery,) = await mailboxes.take(stage, "c1", limit=1, lease_seconds=9, block_seconds=0)
        return delivery

    async def keys(self):
        found = [key.decode().removeprefix(f"{self.prefix}:") async for key in self.redis.scan_iter(f"{self.prefix}:*")]
        return {key: await self.redis.pttl(f"{self.prefix}:{key}") for key in found}


@pytest.fixture
def open_rig(redis_server):
    @asynccontextmanager
    async def opened(limits=None, db=0):
        clients = await connect(f"{redis_server}?db={db}", connect_seconds=5)
        try:
            yield Rig(clients, limits or Limits())
        finally:
            await clients.close()

    return opened


async def test_every_key_of_an_ended_job_has_a_time_to_live_and_the_lasting_ones_are_listed(open_rig):
    async with open_rig(Limits(max_running=2)) as rig:
        for number in range(5):
            await rig.submit(f"j{number}")
        first, store = await rig.take_one(), rig.store
        await store.ledger.put("j0", "request", b"answer", stage="first", spent=Spending(usd=1.0))
        await store.cache.set("pages", "a", b"x", ttl_seconds=9)
        await store.buckets.take("rate:k", per_second=1, burst=2)
        await store.mailboxes.tell(first, [Note(type=EventType.SOURCE, once="s1")])
        await store.mailboxes.advance(first, Advance(b"x", "second", 0))
        await store.mailboxes.retry_later(await rig.take_one("second"), delay_seconds=9)
        await store.jobs.cancel("j0")
        await store.mailboxes.fail(await rig.take_one(), Fail("no", "Traceback"))
        await store.mailboxes.finish(await rig.take_one(), Finish(b"x", JobStatus.COMPLETED))
        await store.jobs.cancel("j3")
        await store.jobs.cancel("j4")
        await store.ledger.put("j0", "late", b"answer", stage="first", spent=Spending(usd=1.0))
        lasting = {key for key, ttl in (await rig.keys()).items() if ttl < 0}
        assert lasting
        assert {key for key in lasting if not any(fnmatch(key, pattern) for pattern in LASTING)} == set()


async def test_nothing_but_mailboxes_tail_and_clock_is_left_once_jobs_are_past_their_retention(open_rig):
    async with open_rig(Limits(keep_artefacts_seconds=0.01, keep_jobs_seconds=0.01)) as rig:
        await rig.submit()
        await rig.store.mailboxes.finish(await rig.take_one(), Finish(b"x", JobStatus.COMPLETED))
        await asyncio.sleep(0.02)
        await rig.store.mailboxes.wake()
        assert set(await rig.keys()) == {"events", "mailbox:first", "clock"}
        assert await rig.redis.xlen(f"{rig.prefix}:mailbox:first") == 0


async def test_a_job_reads_well_in_its_hash(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        delivery, ledger = await rig.take_one(), rig.store.ledger
        await rig.store.mailboxes.begin(delivery)
        await ledger.hold("j1", "request", Spending(usd=0.5), Budget())
        await ledger.put("j1", "other", b"x", stage="first", spent=Spending(input_tokens=1200, usd=0.25))
        await rig.store.mailboxes.advance(delivery, Advance(b"x", "first", 0, pages=3))
        row = {
            name.decode(): value.decode() for name, value in (await rig.redis.hgetall(f"{rig.prefix}:job:j1")).items()
        }
        assert ResearchRequest(query="why?", **json.loads(row.pop("options"))) == ResearchRequest(query="why?")
        assert row | {"created_at": "", "started_at": "", "entry": ""} == {
            "job_id": "j1",
            "tenant": "t",
            "status": "running",
            "stage": "first",
            "round": "0",
            "query": "why?",
            "seq": "4",
            "created_at": "",
            "started_at": "",
            "entry": "",
            "begun": "first:0",
            "usage:pages": "3",
            "usage:usd": "0.25",
            "usage:first:usd": "0.25",
            "usage:input_tokens": "1200",
            "usage:first:input_tokens": "1200",
            "held:usd": "0.5",
            "held:tokens": "0",
        }


async def test_events_are_numbered_entries_of_a_stream(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        entries = await rig.redis.xrange(f"{rig.prefix}:job:j1:events")
        assert [(entry, row[b"type"]) for entry, row in entries] == [(b"1-0", b"queued"), (b"2-0", b"started")]


async def test_a_server_that_forgot_its_scripts_is_told_them_again(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        await rig.redis.script_flush()
        await rig.store.mailboxes.finish(await rig.take_one(), Finish(b"x", JobStatus.COMPLETED))
        assert (await rig.store.jobs.get("j1")).status is JobStatus.COMPLETED


async def test_after_a_flush_workers_are_fenced_off_and_new_jobs_run(open_rig):
    async with open_rig(db=7) as rig:
        await rig.submit("lost")
        delivery = await rig.take_one()
        await rig.redis.flushdb()
        assert await rig.store.mailboxes.renew([delivery.token]) == set()
        await rig.store.mailboxes.release([delivery.token])
        with pytest.raises(LeaseLostError):
            await rig.store.mailboxes.advance(delivery, Advance(b"x", "second", 0))
        await rig.submit("new")
        assert (await rig.take_one()).job_id == "new"


async def test_a_job_that_an_operator_removed_leaves_its_place_and_its_mailbox(open_rig):
    async with open_rig(Limits(max_running=1)) as rig:
        await rig.submit("removed")
        await rig.submit("waiting")
        delivery = await rig.take_one()
        await rig.redis.delete(f"{rig.prefix}:job:removed")
        with pytest.raises(LeaseLostError):
            await rig.store.mailboxes.tell(delivery, [])
        await rig.store.mailboxes.wake()
        assert (await rig.take_one()).job_id == "waiting"
        assert await rig.redis.xlen(f"{rig.prefix}:mailbox:first") == 1


async def test_a_full_server_is_unavailable_and_keeps_what_it_has(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        await rig.redis.config_set("maxmemory", "1mb")
        try:
            with pytest.raises(StoreUnavailableError, match="maxmemory"):
                await rig.submit("j2")
        finally:
            await rig.redis.config_set("maxmemory", "0")
        assert (await rig.take_one()).job_id == "j1"
        assert [job.job_id for job in await rig.store.jobs.of_tenant("t")] == ["j1"]


async def test_many_transitions_at_once_keep_numbers_dense(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        delivery = await rig.take_one()
        notes = [Note(type=EventType.PROGRESS)]
        await asyncio.gather(*(rig.store.mailboxes.tell(delivery, notes) for _ in range(100)))
        assert [event.seq for event in await rig.store.events.read("j1")] == list(range(1, 103))


async def test_after_an_outage_the_living_renew_their_leases_before_the_dead_are_looked_for(open_rig):
    class Away:
        @property
        def connection_pool(self):
            raise LostConnectionError

    async with open_rig() as rig:
        await rig.submit()
        now = [100.0]
        cut_off = replace(rig.store.mailboxes, reading=Away(), looked={}, clock=lambda: now[0])
        asked = {"limit": 1, "lease_seconds": 0.02}
        with pytest.raises(StoreUnavailableError):
            await cut_off.take("first", "c1", **asked, block_seconds=0)
        await rig.take_one()
        await asyncio.sleep(0.03)
        assert await cut_off.claim("first", "c1", **asked, suspects=1) == []
        now[0] += 0.01
        assert len(await cut_off.claim("first", "c1", **asked, suspects=1)) == 1


async def test_consumers_that_have_died_with_nothing_in_their_hands_are_forgotten(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        for consumer in ("dead", "living"):
            mailboxes, asked = replace(rig.store.mailboxes, looked={}), {"limit": 1, "lease_seconds": 0.001}
            await mailboxes.claim("first", consumer, **asked, suspects=1)
            await mailboxes.take("first", consumer, **asked, block_seconds=0)
            await asyncio.sleep(0.03)
        await replace(mailboxes, looked={}).claim("first", "living", **asked, suspects=1)
        names = [row["name"] for row in await rig.redis.xinfo_consumers(f"{rig.prefix}:mailbox:first", "actors")]
        assert names == [b"living"]


async def test_text_that_is_no_unicode_is_written_with_question_marks(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        await rig.store.mailboxes.fail(await rig.take_one(), Fail("caf\udce9.txt", "\x00\udce9"))
        assert (await rig.store.jobs.get("j1")).error == "caf?.txt"
        assert (await rig.store.jobs.dead_letters())[0].traceback == "\x00?"


async def test_thousands_of_leases_can_be_renewed_in_one_call(open_rig):
    async with open_rig() as rig:
        await rig.submit()
        held = (await rig.take_one()).token
        stale = [replace(held, count=count) for count in range(2, 3_000)]
        assert await rig.store.mailboxes.renew([*stale, held]) == {held}


async def test_what_is_no_event_in_the_tail_stops_nobody(open_rig):
    async with open_rig() as rig:
        await rig.events.start()
        following = asyncio.create_task(rig.events.follow())
        async with rig.store.events.subscribe("j1") as tail:
            await rig.redis.xadd(f"{rig.prefix}:events", {"colour": "red"})
            await rig.submit()
            assert (await asyncio.wait_for(anext(tail), 2)).seq == 1
        following.cancel()
        await asyncio.wait({following})
