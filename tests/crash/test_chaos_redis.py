"""The chaos run, short, on Redis 7: in a file of its own, so that it can run beside the one on Valkey."""

import shutil

import pytest


@pytest.mark.timeout(120)
@pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server (Debian: apt install redis-server)")
async def test_nothing_is_lost_or_done_twice_on_redis_either(run_chaos):
    options = ("--seconds", "4", "--jobs", "16", "--lease", "1", "--seed", "11")
    status, told = await run_chaos(*options, "--server", "redis-server")
    assert "Redis 7" in told
    assert status == 0, told
