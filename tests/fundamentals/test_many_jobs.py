"""What hundreds of jobs leave behind, and how one tenant's hundreds go with another's one; the stages do nothing."""

import asyncio
import time

import pytest
from redis import Redis

from actors.config import RunConfig
from actors.domain.job import ResearchRequest
from actors.store.records import Limits
from actors.store.redis import redis_store
from actors.store.redis.connect import connect
from benchmarks.bench_ours import STEPS, Passes, all_completed, engine_on, no_op_stages, submit_all

JOBS = 400
KEEP_SECONDS = 1.0
TAIL_ENTRIES = 2_000
BYTES_A_JOB = 200
"""Less than any key would take; what the server's own tables take goes up and down by some of it."""

MANY = 500
MAX_RUNNING = 8
NODE_ENTRIES = 100
"""Entries in a node of a stream: MAXLEN ~ trims whole nodes only."""

LENGTHS = {"stream": "XLEN", "hash": "HLEN", "zset": "ZCARD", "set": "SCARD", "list": "LLEN", "string": "STRLEN"}


@pytest.fixture
def client(redis_server):
    with Redis.from_url(redis_server, decode_responses=True) as opened:
        yield opened


@pytest.fixture
async def forget(redis_server, client):
    """`await forget()`: until all ended jobs are past their retention; answers the length of each key that is left."""
    clients = await connect(redis_server, connect_seconds=5)
    limits = Limits(keep_artefacts_seconds=KEEP_SECONDS, keep_jobs_seconds=KEEP_SECONDS)
    store, _ = redis_store(clients, "crp", "s1", limits, tier="redis")

    async def wait():
        deadline = time.monotonic() + 30
        while client.exists("crp:expiring") or any(client.scan_iter("crp:job:*", count=1_000)):
            assert time.monotonic() < deadline, client.dbsize()
            await store.mailboxes.wake()
            await asyncio.sleep(0.01)
        left = set(client.scan_iter(count=1_000)) - {"crp:clock"}
        return {key: client.execute_command(LENGTHS[client.type(key)], key) for key in left}

    yield wait
    await clients.close()


async def test_eight_hundred_jobs_leave_no_more_behind_than_four_hundred(redis_server, client, forget):
    run = RunConfig(
        max_running=200, concurrency=64, keep_artefacts_seconds=KEEP_SECONDS, keep_jobs_seconds=KEEP_SECONDS
    )
    passes, lengths, bytes_used = Passes(), [], []
    async with engine_on(redis_server, no_op_stages(passes, JOBS), run) as engine:
        for _ in range(2):
            passes.ended = 0
            passes.all_ended.clear()
            await submit_all(engine, JOBS)
            await all_completed(engine, passes)
            lengths.append(await forget())
            tail = client.memory_usage("crp:events", samples=0)
            bytes_used.append(client.info("memory")["used_memory_dataset"] - tail)
    first, second = lengths
    assert first.pop("crp:events") <= TAIL_ENTRIES + NODE_ENTRIES >= second.pop("crp:events")
    assert first == second == {f"crp:mailbox:s{number}": 0 for number in range(1, STEPS + 1)}
    assert bytes_used[1] - bytes_used[0] < JOBS * BYTES_A_JOB


async def test_five_hundred_jobs_of_one_tenant_do_not_hold_up_the_single_job_of_another(redis_server, client):
    passes = Passes()
    stages = no_op_stages(passes, MANY + 1)
    run = RunConfig(max_running=MAX_RUNNING)
    async with engine_on(redis_server, stages, run, actors=False) as edge:
        for start in range(0, MANY, 100):
            await asyncio.gather(
                *(edge.submit(ResearchRequest(query="q"), tenant="a") for _ in range(start, start + 100))
            )
        single = await edge.submit(ResearchRequest(query="q"), tenant="b")
    assert client.llen("crp:pending:a") == MANY - MAX_RUNNING
    async with engine_on(redis_server, stages, run) as edge:
        await passes.all_ended.wait()
        await all_completed(edge, passes)
    jobs = [client.hgetall(key) for key in client.scan_iter("crp:job:*", _type="hash") if key.count(":") == 2]
    assert len(jobs) == MANY + 1
    assert before("started_at", single.job_id, jobs) <= MAX_RUNNING + 1, "the next but one after those that ran already"
    assert before("completed_at", single.job_id, jobs) <= 3 * MAX_RUNNING, "while its six stages run, others' may end"


def before(moment, job_id, jobs):
    """How many of the jobs came to this moment before that one."""
    (own,) = [float(job[moment]) for job in jobs if job["job_id"] == job_id]
    return sum(float(job[moment]) < own for job in jobs)
