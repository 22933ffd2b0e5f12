"""The chaos run, short (see `benchmarks/chaos.py`): on Redis where there is one; the other crashes are on Valkey."""

import shutil

import pytest

REDIS = "redis-server"


@pytest.mark.timeout(120)
async def test_nothing_is_lost_or_done_twice_when_everything_is_killed_at_random(run_chaos):
    server = ("--server", REDIS) if shutil.which(REDIS) else ()
    status, told = await run_chaos("--seconds", "20", "--jobs", "60", "--lease", "1", "--seed", "7", *server)
    assert ("Redis 7" if server else "Valkey") in told
    assert status == 0, told
