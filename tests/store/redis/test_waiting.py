"""What waits costs those at work nothing: their transitions are as many commands to the server whatever the number."""

import uuid

import pytest

from actors.domain.job import JobStatus, ResearchRequest
from actors.store.records import Advance, Finish, Limits
from actors.store.redis import redis_store
from actors.store.redis.connect import connect

WAITING = 300


@pytest.fixture
async def clients(redis_server):
    opened = await connect(redis_server, connect_seconds=5)
    yield opened
    await opened.close()


@pytest.fixture
def store(clients):
    return redis_store(clients, "crp", "first", Limits(max_running=2), tier="redis")[0]


@pytest.fixture
def submit(store):
    async def one(tenant="t"):
        return await store.jobs.submit(str(uuid.uuid4()), tenant, ResearchRequest(query="why?"))

    return one


@pytest.fixture
def commands(clients):
    """`await commands(step)`: how many commands the server carries out for this, those of scripts included."""

    async def count(step):
        await clients.commands.config_resetstat()
        await step
        stats = await clients.commands.info("commandstats")
        return sum(row["calls"] for name, row in stats.items() if name != "cmdstat_config|resetstat")

    return count


@pytest.fixture
def steps(store, commands):
    """How many commands it takes to take a job, to hand it on, and to end it, so that another comes in."""

    async def measure():
        mailboxes, counts = store.mailboxes, []
        for stage, step in (("first", Advance(b"x", "second", 0)), ("second", Finish(b"x", JobStatus.COMPLETED))):
            asked = {"limit": 1, "lease_seconds": 60, "block_seconds": 0}
            (delivery,) = await mailboxes.take(stage, "c", **asked)
            counts.append(await commands(mailboxes.begin(delivery)))
            write = mailboxes.advance if isinstance(step, Advance) else mailboxes.finish
            counts.append(await commands(write(delivery, step)))
        counts.append(await commands(mailboxes.wake()))
        return counts

    return measure


@pytest.mark.parametrize("tenants", [1, WAITING])
async def test_those_at_work_are_not_slowed_by_hundreds_that_wait(store, submit, steps, tenants):
    for _ in range(10):
        await submit()
    await steps()  # the server gets to know the scripts
    few = await steps()
    for number in range(WAITING):
        await submit(f"t{number % tenants}")
    assert await steps() == few


@pytest.mark.parametrize("tenants", [1, WAITING])
async def test_taking_in_a_job_costs_the_same_whatever_the_number_of_those_that_wait(submit, commands, tenants):
    for _ in range(10):
        await submit()
    few = await commands(submit())
    for number in range(WAITING):
        await submit(f"t{number % tenants}")
    assert await commands(submit("t0")) <= few + 2
