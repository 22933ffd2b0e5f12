"""A cancel asked of one process ends the work of another within a second, down to the page it waits for."""

import asyncio
import time

import pytest

CANCEL_SECONDS = 1.0
SLACK_SECONDS = 1.0
"""For a busy machine; together less than a worker with these leases takes to find one of them lost."""

LEASE_SECONDS = 30.0
REST_SECONDS = 1.5


class SlowSite:
    """A web server whose pages never come; it notes when each was asked for, and when nobody waits any more."""

    def __init__(self):
        self.asked = []
        self.left = []

    async def answer(self, reader, writer):
        request = await reader.readline()
        if b"robots.txt" in request:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            self.asked.append(time.monotonic())
            while await reader.read(1_000):
                pass
            self.left.append(time.monotonic())
        writer.close()


@pytest.fixture
async def site(free_port):
    site = SlowSite()
    async with await asyncio.start_server(site.answer, "127.0.0.1", port := free_port()):
        site.page = f"http://127.0.0.1:{port}/page"
        yield site


async def test_a_cancel_over_http_aborts_another_processes_fetch_at_once_and_the_job_never_comes_back(
    program, site, until, client
):
    service = await program("serve", CRP_SERVER__ACTORS="false")
    lease = str(LEASE_SECONDS)
    worker = await program("work", CRP_FETCH__ALLOW_NETWORKS='["127.0.0.0/8"]', CRP_ENGINE__LEASE_SECONDS=lease)
    async with service.web.post("/research", json={"query": "q", "urls": [site.page]}) as response:
        job_id = (await response.json())["job_id"]
    await until(lambda: site.asked)
    began = time.monotonic()
    async with service.web.post(f"/jobs/{job_id}/cancel") as response:
        assert (response.status, (await response.json())["status"]) == (200, "cancelled")
    await until(lambda: site.left)
    assert site.left[0] - began < CANCEL_SECONDS + SLACK_SECONDS
    events = client.xlen(f"crash:job:{job_id}:events")
    await until(lambda: time.monotonic() > began + REST_SECONDS)
    assert len(site.asked) == 1
    assert client.xlen(f"crash:job:{job_id}:events") == events
    assert client.hget(f"crash:job:{job_id}", "status") == "cancelled"
    assert not sum(client.xlen(key) for key in client.scan_iter("crash:mailbox:*"))
    assert not client.exists("crash:delayed", "crash:running")
    assert (service.ended, worker.ended) == (None, None)
