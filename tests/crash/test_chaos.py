"""The chaos run, short: see `benchmarks/chaos.py`."""

import asyncio
import sys
from pathlib import Path

import pytest

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"


@pytest.mark.timeout(120)
async def test_nothing_is_lost_or_done_twice_when_everything_is_killed_at_random():
    run = await asyncio.create_subprocess_exec(
        sys.executable,
        CHAOS,
        *("--seconds", "20", "--jobs", "60", "--lease", "1", "--seed", "7"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        told = (await run.communicate())[0].decode()
    finally:
        if run.returncode is None:
            run.terminate()
            await run.wait()
    assert run.returncode == 0, told
