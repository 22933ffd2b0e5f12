"""A server whose disk is full is told of plainly and waited for; room lets everything go on."""

import asyncio
import shutil

import pytest

from benchmarks.chaos_disk import Disk, why_no_disk
from benchmarks.chaos_processes import Server

pytestmark = pytest.mark.skipif(bool(why := why_no_disk()), reason=why)


@pytest.fixture
def disk(short_folder):
    folder = short_folder / "disk"
    folder.mkdir()
    return Disk(folder, "2m")


async def refused(service):
    """Whether a job is refused for want of room on the server's disk, and the answer's headers."""
    async with service.web.post("/research", json={"query": "q"}) as response:
        return response.status == 503 and "write to its disk" in await response.text(), response.headers


@pytest.fixture(params=["", "redis-server"], ids=["valkey", "redis"])
def server(request, short_folder, disk):
    if request.param and not shutil.which(request.param):
        pytest.skip("there is no redis-server (Debian: apt install redis-server)")
    options = ("--dir", str(disk.folder), "--appendfsync", "everysec")
    running = Server(short_folder, options, program=request.param, command=disk.command)
    running.start()
    yield running
    running.kill()


async def test_a_server_whose_disk_is_full_takes_no_jobs_is_told_of_and_goes_on_when_there_is_room(
    server, disk, program, start, ask, completed, until, calm
):
    service = await program("serve", CRP_SERVER__ACTORS="false")
    worker = await start(call_seconds=0.05)
    jobs = [await ask() for _ in range(6)]
    await until(lambda: any(line["what"] == "call" for line in worker.journal))
    await asyncio.to_thread(disk.fill, server.process.pid)

    while not (answer := await refused(service))[0]:
        await asyncio.sleep(0.02)
    assert int(answer[1]["Retry-After"]) > 0
    async with service.web.get("/health") as response:
        told = await response.json()
    assert (response.status, told["status"]) == (503, "unhealthy")
    assert "cannot write to its disk" in told["problems"][0]
    await calm(service)
    await calm(worker)
    assert "the store cannot write to its disk" in worker.log
    disk.make_room(server.process.pid)
    for job_id in jobs:
        await completed(job_id)
    async with service.web.get("/health") as response:
        assert response.status == 200
    assert (service.ended, worker.ended) == (None, None)
