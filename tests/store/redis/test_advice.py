"""What the settings of a server mean for jobs is said once, by name, and never prevents a start."""

import logging

import pytest
from redis.exceptions import NoPermissionError

from actors.config import RedisConfig
from actors.store.records import Limits
from actors.store.redis import open_redis_store
from actors.store.redis.advice import advice, judge

LIMITS = Limits(max_running=1, max_pending=1, keep_artefacts_seconds=60, keep_jobs_seconds=60)


@pytest.mark.parametrize(
    ("told", "saves", "levels", "named"),
    [
        ({"maxmemory_policy": "noeviction", "aof_enabled": 1}, False, [], ""),
        ({"maxmemory_policy": "allkeys-lru", "aof_enabled": 1}, False, [logging.WARNING], "allkeys-lru"),
        ({"maxmemory_policy": "volatile-ttl", "aof_enabled": 1}, None, [logging.WARNING], "volatile-ttl"),
        ({"maxmemory_policy": "noeviction", "aof_enabled": 0}, False, [logging.WARNING], "all jobs are lost"),
        ({"maxmemory_policy": "noeviction", "aof_enabled": 0}, True, [logging.INFO], "last snapshot"),
        ({"aof_enabled": 0}, None, [logging.INFO], "appendonly yes"),
        ({}, None, [], ""),
    ],
)
def test_each_setting_that_may_lose_jobs_is_named_with_what_to_set(told, saves, levels, named):
    said = list(judge(told, saves=saves))
    assert [level for level, _ in said] == levels
    assert all(named in sentence for _, sentence in said)


class Managed:
    """A server that forbids CONFIG, and perhaps INFO."""

    def __init__(self, told):
        self.told = told

    async def info(self, section):
        if self.told is None:
            raise NoPermissionError("no permissions to run the 'info' command")
        return self.told

    async def config_get(self, name):
        raise NoPermissionError("no permissions to run the 'config|get' command")


async def test_a_managed_server_that_forbids_config_is_asked_by_info():
    told = {"maxmemory_policy": "allkeys-lru", "aof_enabled": 0}
    assert [level for level, _ in await advice(Managed(told))] == [logging.WARNING, logging.INFO]
    assert not await advice(Managed(None))


async def test_a_store_that_opens_on_a_server_that_evicts_says_so_once(start_server, short_folder, caplog):
    listen = short_folder / "s"
    options = ("--port", "0", "--unixsocket", str(listen), "--appendonly", "yes", "--maxmemory-policy", "allkeys-lru")
    start_server(short_folder, listen, *options)
    config = RedisConfig(url=f"unix://{listen}", prefix="advice")
    with caplog.at_level(logging.INFO, "actors.store.redis"):
        async with open_redis_store(config, short_folder, "plan", LIMITS) as store:
            await store.ping()
    [line] = [record for record in caplog.records if "maxmemory-policy" in record.getMessage()]
    assert line.levelno == logging.WARNING
    assert "allkeys-lru" in line.getMessage()
    assert "set maxmemory-policy noeviction" in line.getMessage()
