"""What happens while the store is away, full or empty: everybody waits, nobody exits, and nobody spins."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from actors.config import EngineConfig, RedisConfig, RunConfig, StorageConfig
from actors.domain.errors import JobNotFoundError, StoreUnavailableError
from actors.domain.job import ResearchRequest
from actors.engine import open_engine
from benchmarks.chaos_stages import Journal, read_journal, toy_pipeline

AWAY_SECONDS = 2.5
BUSY_SHARE = 0.6
"""The share of a core that a process may use while it can do nothing; one that spins uses all of it."""

COMMANDS_A_SECOND = 1_000
"""What a server may be asked by a process that can do nothing, those within scripts included."""


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def follow(engine, job_id, log):
    async for event in engine.events(job_id):
        log.append(event)


@pytest.fixture
def idle(until):
    """`await idle(host, seconds)`: let the time pass; the process uses little of it."""

    async def look(host, seconds):
        used, began = cpu_seconds(host.process.pid), time.monotonic()
        await until(lambda: time.monotonic() > began + seconds)
        assert cpu_seconds(host.process.pid) - used < BUSY_SHARE * (time.monotonic() - began)

    return look


async def test_nobody_exits_and_nothing_is_lost_when_the_server_is_away_for_seconds(
    start, ask, completed, until, server, idle, noted
):
    hosts = [await start("one", call_seconds=0.05), await start("two", call_seconds=0.05)]
    jobs = [await ask() for _ in range(30)]
    await until(lambda: len(noted(hosts, "call")) > 40)
    server.kill()
    with pytest.raises(StoreUnavailableError):
        await ask()
    await idle(hosts[0], AWAY_SECONDS)
    await asyncio.to_thread(server.start)
    for job_id in jobs:
        await completed(job_id)
    assert [host.ended for host in hosts] == [None, None]
    assert not [line for line in noted(hosts, "call") if line["known"]]
    assert "waits for the store" in hosts[0].log


async def test_a_server_killed_again_and_again_loses_nothing(start, ask, completed, server, noted):
    host = await start(call_seconds=0.05)
    jobs = [await ask() for _ in range(10)]
    for _ in range(5):
        server.kill()
        await asyncio.to_thread(server.start)
    for job_id in jobs:
        await completed(job_id)
    assert host.ended is None
    assert not [line for line in noted([host], "call") if line["known"]]


async def test_the_embedded_server_comes_back_by_itself_and_the_jobs_go_on(short_folder, until):
    data = short_folder / "data"
    config = EngineConfig(
        storage=StorageConfig(data=data, reports=short_folder / "reports"),
        redis=RedisConfig(url="embedded", fallback=False),
        engine=RunConfig(lease_seconds=0.6, processes=1),
    )
    journal = Journal(short_folder / "engine.jsonl")

    async def never_recorded(job_id, request):
        return False

    pipeline = toy_pipeline(journal, never_recorded, short_folder / "go", 0.05)
    async with open_engine(config, pipeline=pipeline) as engine:
        jobs = [await engine.submit(ResearchRequest(query="q search=wait")) for _ in range(6)]
        logs = [[] for _ in jobs]
        followers = [asyncio.create_task(follow(engine, job.job_id, log)) for job, log in zip(jobs, logs, strict=True)]
        await until(lambda: all(logs) and len(read_journal(journal.path)) > len(jobs))
        pid = int((data / "valkey" / "valkey.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        (short_folder / "go").touch()
        await asyncio.gather(*followers)
        for events in logs:
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            assert events[-1].type == "completed"
        assert int((data / "valkey" / "valkey.pid").read_text()) != pid
        assert engine.healthy


async def test_a_flushed_server_is_told_of_and_new_jobs_run(start, ask, completed, until, client, idle, noted):
    host = await start(call_seconds=0.05)
    jobs = [await ask("q search=wait") for _ in range(8)]
    await until(lambda: noted([host], "call", jobs[-1]))
    client.flushall()
    await completed(await ask())
    await idle(host, 1.5)
    assert host.ended is None
    assert [job_id for job_id in jobs if job_id not in host.log] == []


async def test_who_follows_a_job_that_a_flush_took_away_is_told_that_it_is_gone(start, ask, edge, until, client, noted):
    host = await start()
    job_id = await ask("q search=wait")

    following = asyncio.create_task(follow(edge, job_id, []))
    await until(lambda: noted([host], "call", job_id))
    client.flushall()
    with pytest.raises(JobNotFoundError):
        await asyncio.wait_for(following, 15)


async def test_a_mailbox_whose_group_is_gone_gets_a_new_one_and_loses_nothing(start, ask, completed, client, idle):
    host = await start(call_seconds=0.02)
    jobs = [await ask() for _ in range(10)]
    for mailbox in client.scan_iter("crash:mailbox:*"):
        client.xgroup_destroy(mailbox, "actors")
    for job_id in jobs:
        await completed(job_id)
    await idle(host, 1.0)


async def test_a_server_that_forgets_its_scripts_is_sent_them_again(start, ask, completed, client):
    host = await start(call_seconds=0.02)
    jobs = [await ask() for _ in range(10)]
    for _ in range(20):
        client.script_flush()
        await asyncio.sleep(0.03)
    for job_id in jobs:
        await completed(job_id)
    assert "WARNING" not in host.log


async def test_a_server_without_memory_takes_no_jobs_and_those_it_has_go_on_later(
    start, ask, completed, until, client, idle, noted
):
    host = await start(call_seconds=0.05)
    jobs = [await ask() for _ in range(10)]
    await until(lambda: noted([host], "call"))
    client.config_set("maxmemory", "1")
    with pytest.raises(StoreUnavailableError):
        await ask()
    asked = client.info("stats")["total_commands_processed"]
    await idle(host, 1.5)
    assert client.info("stats")["total_commands_processed"] - asked < 1.5 * COMMANDS_A_SECOND
    client.config_set("maxmemory", "0")
    for job_id in jobs:
        await completed(job_id)
    assert host.ended is None


async def test_an_outage_is_one_line_of_a_workers_log_and_its_end_another(start, ask, completed, until, server):
    host = await start()
    server.kill()
    await until(lambda: "work waits for the store" in host.log)
    await asyncio.to_thread(server.start)
    await until(lambda: "the store answers again" in host.log)
    await completed(await ask())
    assert host.log.count("WARNING") == 2
