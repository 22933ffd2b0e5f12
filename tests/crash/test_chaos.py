"""The chaos run, short (see `benchmarks/chaos.py`): on Redis where there is one; the other crashes are on Valkey."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"
REDIS = "redis-server"


@pytest.fixture
def run_chaos():
    """`await run_chaos(*options)`: its exit status, and what it has told."""

    async def run(*options):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, CHAOS, *options), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            told = (await process.communicate())[0].decode()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        return process.returncode, told

    return run


@pytest.mark.timeout(120)
async def test_nothing_is_lost_or_done_twice_when_everything_is_killed_at_random(run_chaos):
    server = ("--server", REDIS) if shutil.which(REDIS) else ()
    status, told = await run_chaos("--seconds", "12", "--jobs", "40", "--lease", "1", "--seed", "7", *server)
    assert ("Redis 7" if server else "Valkey") in told
    assert status == 0, told
