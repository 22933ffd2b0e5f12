import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from actors.domain.errors import ProcessDiedError, SourceError
from actors.runtime.pool import ProcessPool


async def test_work_runs_in_other_processes_and_errors_come_back():
    pool = ProcessPool(processes=1, timeout_seconds=20)
    try:
        assert await pool.run(os.getpid) != os.getpid()
        with pytest.raises(ZeroDivisionError):
            await pool.run(divmod, 1, 0)
        with pytest.raises(SourceError, match="answered 404"):
            await pool.run(exec, "from actors.domain.errors import SourceError\nraise SourceError('answered 404')")
    finally:
        await pool.close()


async def test_work_that_hangs_is_killed_and_the_next_one_runs():
    pool = ProcessPool(processes=1, timeout_seconds=0.3)
    try:
        with pytest.raises(TimeoutError):
            await pool.run(time.sleep, 30)
        assert await asyncio.wait_for(pool.run(abs, -1), 20) == 1
    finally:
        await pool.close()


async def test_work_that_kills_its_process_takes_no_other_work_along():
    pool = ProcessPool(processes=2, timeout_seconds=20)
    try:
        other = asyncio.create_task(pool.run(sum, [1, 2]))
        with pytest.raises(ProcessDiedError):
            await pool.run(os._exit, 9)
        assert await other == 3
        assert await pool.run(abs, -1) == 1
    finally:
        await pool.close()


async def test_the_processes_die_with_a_parent_that_is_killed(tmp_path):
    script = (
        "import asyncio, os\n"
        "from actors.runtime.pool import ProcessPool\n"
        "async def main():\n"
        "    pool = ProcessPool(processes=1, timeout_seconds=60)\n"
        "    print(await pool.run(os.getpid), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    path = tmp_path / "parent.py"
    path.write_text(script)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(path), stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    child = int(await parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    async with asyncio.timeout(5):
        while _alive(child):
            await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_closed_pool_takes_no_more_work():
    pool = ProcessPool(processes=1, timeout_seconds=20)
    await pool.close()
    with pytest.raises(ProcessDiedError, match="closed"):
        await pool.run(abs, -1)


@pytest.mark.parametrize("delay", [0.0, 0.005, 0.02, 0.05])
async def test_a_pool_closed_while_its_processes_start_leaves_none_behind(delay):
    program = f"""
import asyncio, os, multiprocessing
from actors.runtime.pool import ProcessPool

async def main():
    pool = ProcessPool(processes=2, timeout_seconds=20)
    work = asyncio.create_task(pool.run(abs, -1))
    await asyncio.sleep({delay})
    work.cancel()
    await pool.close()
    await asyncio.get_running_loop().shutdown_default_executor()
    print(len(multiprocessing.active_children()))

if __name__ == "__main__":
    asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, out, err) == (0, b"0\n", b"")
