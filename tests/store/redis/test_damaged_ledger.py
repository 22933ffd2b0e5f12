"""What a hand has done to the keys of a ledger ends in an error that names it, and is not made worse."""

import pytest
from redis import Redis

from actors.domain.errors import JobDamagedError, JobNotFoundError
from actors.domain.job import Budget, ResearchRequest, Spending, Usage
from actors.store.records import Limits
from actors.store.redis import redis_store
from actors.store.redis.connect import connect

JOB, LEDGER = "crp:job:j1", "crp:job:j1:ledger"
CALL = Spending(model_calls=1, input_tokens=5, usd=0.1)

DAMAGE = {
    "the job is no hash": lambda client: (client.delete(JOB), client.set(JOB, "x")),
    "the ledger is no hash": lambda client: (client.delete(LEDGER), client.set(LEDGER, "x")),
    "dollars are a word": lambda client: client.hset(JOB, "usage:usd", "much"),
    "dollars are no number": lambda client: client.hset(JOB, "usage:usd", "nan"),
    "tokens are a word": lambda client: client.hset(JOB, "usage:input_tokens", "many"),
}


@pytest.fixture
def client(redis_server):
    with Redis.from_url(redis_server, decode_responses=True) as opened:
        yield opened


@pytest.fixture
async def store(redis_server):
    clients = await connect(redis_server, connect_seconds=5)
    store, _ = redis_store(clients, "crp", "first", Limits(), tier="redis")
    await store.jobs.submit("j1", "t", ResearchRequest(query="why?"))
    yield store
    await clients.close()


def hold(store):
    return store.ledger.hold("j1", "request", CALL, Budget(usd=1))


def put(store):
    return store.ledger.put("j1", "request", b"answer", stage="first", spent=CALL)


@pytest.mark.leaves_keys("job:j1*")
@pytest.mark.parametrize("verb", [hold, put])
@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_job_or_ledger_is_told(store, client, damage, verb):
    await hold(store)
    DAMAGE[damage](client)
    with pytest.raises(JobDamagedError, match="changed by hand"):
        await verb(store)


@pytest.mark.parametrize("field", ["usage:usd", "usage:model_calls", "usage:first:usd", "usage:pages"])
async def test_a_job_whose_usage_is_no_number_cannot_be_read_or_begun(store, client, field):
    (delivery,) = await store.mailboxes.take("first", "c", limit=1, lease_seconds=9, block_seconds=0)
    client.hset(JOB, field, "many")
    with pytest.raises(JobNotFoundError, match="changed by hand"):
        await store.jobs.get("j1")
    with pytest.raises(JobDamagedError):
        await store.mailboxes.begin(delivery)
    assert await store.jobs.of_tenant("t") == []


async def test_usage_of_a_kind_that_is_not_known_is_left_alone(store, client):
    client.hset(JOB, mapping={"usage:colour": "red", "usage:first:pages": "x", "usage:stages": "x", "usage:": "x"})
    assert (await store.jobs.get("j1")).usage == Usage()


async def test_a_hold_that_cannot_be_read_is_not_released(store, client):
    await hold(store)
    client.hset(LEDGER, "held:request", "{")
    await store.ledger.let_go("j1", "request")
    assert await put(store) == b"answer"
    assert client.hget(JOB, "held:usd") == "0.1"


async def test_a_ledger_that_is_no_hash_cannot_be_asked(store, client):
    client.set(LEDGER, "x")
    with pytest.raises(JobDamagedError):
        await store.ledger.get("j1", "request")
    client.delete(LEDGER)


@pytest.mark.leaves_keys("job:j1*")
async def test_letting_go_when_the_job_was_removed_makes_no_job(store, client):
    await hold(store)
    client.delete(JOB)
    await store.ledger.let_go("j1", "request")
    assert not client.exists(JOB)


@pytest.mark.parametrize("kind", ["string", "hash"])
async def test_a_breaker_that_was_changed_by_hand_begins_anew(store, client, kind):
    client.set("crp:breaker:a", "x", ex=9) if kind == "string" else client.hset("crp:breaker:a", "failures", "many")
    assert await store.breakers.wait("a") == 0
    await store.breakers.failed("a", most=2, pause_seconds=9)
    assert await store.breakers.wait("a") == 0
    await store.breakers.failed("a", most=2, pause_seconds=9)
    assert await store.breakers.wait("a") > 0


async def test_a_pause_ends_with_a_clock_that_was_set_back(store, client):
    await store.breakers.failed("a", most=1, pause_seconds=9)
    later = float(client.hget("crp:breaker:a", "at")) + 3_600
    client.hset("crp:breaker:a", mapping={"at": later, "until": later + 9})
    assert await store.breakers.wait("a") == 0
    assert 0 < await store.breakers.wait("a") <= 10


async def test_cache_keys_that_were_changed_by_hand_count_as_misses_and_stop_nobody(store, client):
    await store.cache.set("pages", "a", b"x", ttl_seconds=9)
    (key,) = client.scan_iter("crp:cache:pages:*")
    client.delete(key)
    client.hset(key, "a", "b")
    client.expire(key, 9)
    assert await store.cache.get("pages", "a") is None
    client.hset("crp:cache:counts", "pages:misses", "many")
    assert await store.cache.get("pages", "a") is None
    assert await store.cache.counts() == {}
