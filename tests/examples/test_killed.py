"""A client that follows a job while the service is killed and started again: each event arrives once, to the end."""

import asyncio
import os
import shutil
import signal
import sys
from contextlib import suppress

import pytest

from examples.client import ResearchClient

SETTINGS = {"CRP_SEARCH__CORPUS__FOLDER": "corpus", "CRP_SEARCH__PROVIDERS": '["corpus"]'}
QUESTION = "What did the Montreal Protocol achieve, and when will the ozone layer recover?"


TEXTS = ("montreal-protocol.html", "ozone-hole-records.html", "a-treaty-that-worked.html")


@pytest.fixture
def folder(tmp_path, checkout):
    """Where the service keeps its things; a store that has outlived it is ended too."""
    checkout(tmp_path)
    (tmp_path / "corpus").mkdir()
    for name in TEXTS:
        shutil.copy(tmp_path / "examples" / "corpus" / name, tmp_path / "corpus")
    yield tmp_path
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((tmp_path / "data" / "valkey" / "valkey.pid").read_text()), signal.SIGTERM)


@pytest.mark.timeout(150)
async def test_a_service_that_is_killed_in_mid_stream_costs_and_repeats_no_event(folder, launch):
    def start(*options: str):
        command = (sys.executable, "-m", "app", "serve", *options)
        return launch(folder, *command, **SETTINGS).ready()

    async def hurry(seconds):
        await asyncio.sleep(min(seconds, 0.05))

    service, killed = await asyncio.to_thread(start, "--port", "0"), False
    async with ResearchClient(url := service.url, sleep=hurry, outage_seconds=60) as client:
        job = await client.submit(QUESTION)
        events = []
        async for event in client.follow(job.job_id):
            events.append(event)
            if event.type == "source" and not killed:
                await asyncio.to_thread(service.end, signal.SIGKILL)
                await asyncio.to_thread(start, "--port", url.rpartition(":")[2])
                killed = True
        assert killed
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert events[-1].type == "completed"
        assert (await client.wait(job.job_id)).status == "completed"
        assert [event async for event in client.follow(job.job_id)] == events
