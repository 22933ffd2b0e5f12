"""The real service while its server is away: it refuses politely, its streams stay open, and nothing is missed.

The stages are those of the toy workers; the service itself works on nothing, and only its heart beats faster here.
"""

import asyncio
import os
import re
import sys
import time
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).parents[2]
HEARTBEAT_SECONDS = 0.3
AWAY_SECONDS = 2.5
JOBS = 30
CODE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import app.sse
app.sse.stream.__kwdefaults__["heartbeat_seconds"] = {HEARTBEAT_SECONDS}
from app.__main__ import main
sys.exit(main())
"""


@pytest.fixture
async def service(short_folder, url, until):
    """Its address, once it listens."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRP_", "API_KEY", "REDIS_"))}
    settings = {"CRP_REDIS__URL": url, "CRP_REDIS__PREFIX": "crash", "CRP_SERVER__ACTORS": "false"}
    log_file = short_folder / "service.log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CODE, "serve", "--port", "0"),
            cwd=short_folder,
            env=kept | settings,
            stdout=log,
            stderr=log,
        )
    try:
        await until(lambda: "listening on" in log_file.read_text() or process.returncode is not None)
        found = re.search(r"listening on (\S+)", log_file.read_text())
        assert found, log_file.read_text()
        yield found.group(1)
        assert process.returncode is None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def web(service):
    async with aiohttp.ClientSession(service, timeout=aiohttp.ClientTimeout(total=40)) as client:
        yield client


@pytest.fixture
def listen(web):
    """`listen(job_id, lines)`: gather the lines of its stream, with their times, to its end."""

    async def read(job_id, lines):
        async with web.get(f"/jobs/{job_id}/events", headers={"Accept": "text/event-stream"}) as response:
            assert response.status == 200
            async for line in response.content:
                lines.append((time.monotonic(), line.decode().strip()))

    return read


async def test_an_outage_is_a_503_for_new_jobs_and_a_pause_with_heartbeats_for_streams(
    start, web, listen, until, server, noted, short_folder
):
    worker = await start()
    jobs = []
    for _ in range(JOBS):
        async with web.post("/research", json={"query": "q search=wait"}) as response:
            assert response.status == 202
            jobs.append((await response.json())["job_id"])
    heard = {job_id: [] for job_id in jobs}
    listeners = [asyncio.create_task(listen(job_id, lines)) for job_id, lines in heard.items()]
    await until(lambda: all("id: 1" in (line for _, line in lines) for lines in heard.values()))
    await until(lambda: noted([worker], "call", jobs[-1]))
    server.kill()
    began = time.monotonic()
    while time.monotonic() < began + AWAY_SECONDS:
        async with web.post("/research", json={"query": "q"}) as response:
            assert (response.status, int(response.headers["Retry-After"]) > 0) == (503, True)
        async with web.get("/health") as response:
            assert response.status == 503
        await asyncio.sleep(0.05)
    assert not [listener for listener in listeners if listener.done()]
    ended = time.monotonic()
    await asyncio.to_thread(server.start)
    (short_folder / "go").touch()
    await asyncio.gather(*listeners)
    for lines in heard.values():
        beats = [line for at, line in lines if began + 1 < at < ended and line.startswith(":")]
        assert len(beats) >= AWAY_SECONDS / HEARTBEAT_SECONDS / 4
        numbers = [int(line.removeprefix("id:")) for _, line in lines if line.startswith("id:")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert [line for _, line in lines if line.startswith("event:")][-1] == "event: completed"
    assert worker.ended is None
    async with web.post("/research", json={"query": "q"}) as response:
        assert response.status == 202
