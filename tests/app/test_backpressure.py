"""Thousands of waiting jobs: the service does not grow with them, and refuses politely what is too much."""

import asyncio
import os
import re
import sys
import time
from pathlib import Path

import aiohttp
import pytest
from redis import Redis

ROOT = Path(__file__).parents[2]
CODE = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from app.__main__ import main; sys.exit(main())"
RUNNING = 2
PENDING = 5_000
AT_ONCE = 50
SERVICE_BYTES = 5_000_000
"""What the service may grow by while 4,500 jobs come to wait: less than an object a job would take."""

JOB_BYTES = 8_000
"""What a waiting job may take in the store; most of it is the first node of its log, made for more events."""

WARM = 500
"""Jobs after which the service has all the memory that it needs for its connections and code."""


@pytest.fixture
def client(redis_server):
    with Redis.from_url(redis_server, decode_responses=True) as opened:
        yield opened


@pytest.fixture
async def service(tmp_path, redis_server):
    """The real service that works on nothing: its process, and a client of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRP_", "API_KEY", "REDIS_"))}
    settings = {
        "CRP_REDIS__URL": redis_server,
        "CRP_SERVER__ACTORS": "false",
        "CRP_ENGINE__MAX_RUNNING": str(RUNNING),
        "CRP_ENGINE__MAX_PENDING": str(PENDING),
    }
    log_file = tmp_path / "log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CODE, "serve", "--port", "0"),
            cwd=tmp_path,
            env=kept | settings,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 40
        while not (found := re.search(r"listening on (\S+)", log_file.read_text("utf-8"))):
            assert process.returncode is None, log_file.read_text("utf-8")
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        async with aiohttp.ClientSession(found.group(1)) as session:
            yield process, session
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def resident_bytes(process):
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def post(service):
    """`await post(count)`: ask so many questions, fifty at a time; answers status and Retry-After of each."""
    session = service[1]

    async def ask(answers, count):
        for _ in range(count):
            async with session.post("/research", json={"query": "What did the Montreal Protocol achieve?"}) as response:
                answers.append((response.status, response.headers.get("Retry-After")))

    async def ask_all(count):
        answers = []
        await asyncio.gather(*(ask(answers, count // AT_ONCE) for _ in range(AT_ONCE)))
        return answers

    return ask_all


async def test_five_thousand_jobs_wait_in_the_store_alone_and_more_are_turned_away(service, client, post):
    process, session = service
    assert set(await post(WARM)) == {(202, None)}
    resident, stored = resident_bytes(process), client.info("memory")["used_memory_dataset"]
    assert set(await post(PENDING - WARM)) == {(202, None)}
    assert resident_bytes(process) - resident < SERVICE_BYTES
    assert client.info("memory")["used_memory_dataset"] - stored < (PENDING - WARM) * JOB_BYTES
    answers = await post(AT_ONCE)
    assert answers.count((202, None)) == RUNNING
    assert set(answers) == {(202, None), (503, "5")}
    assert (client.llen("crp:pending:default"), client.scard("crp:running")) == (PENDING, RUNNING)
    async with session.post(f"/jobs/{client.srandmember('crp:running')}/cancel") as response:
        assert response.status == 200
    assert (client.llen("crp:pending:default"), client.scard("crp:running")) == (PENDING - 1, RUNNING)
    answers = await post(AT_ONCE)
    assert answers.count((202, None)) == 1
