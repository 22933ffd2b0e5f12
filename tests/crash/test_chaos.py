"""The chaos run, short, on Valkey: see `benchmarks/chaos.py`."""

import pytest


@pytest.mark.timeout(120)
async def test_nothing_is_lost_or_done_twice_when_everything_is_killed_at_random(run_chaos):
    status, told = await run_chaos("--seconds", "20", "--jobs", "60", "--lease", "1", "--seed", "7")
    assert "Valkey" in told
    assert status == 0, told
