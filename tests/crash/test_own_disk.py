"""The service's own disk is full: the job that needs it says where, others go on, and room is all that is wanted."""

import asyncio
import shutil

import pytest

from benchmarks.chaos_disk import Disk, why_no_disk
from benchmarks.chaos_processes import ROOT

QUESTION = "What did the Montreal Protocol achieve, and when will the ozone layer recover?"
TEXTS = ("montreal-protocol.html", "ozone-hole-records.html")
ACTING = {"CRP_SEARCH__CORPUS__FOLDER": "corpus", "CRP_ENGINE__MAX_ATTEMPTS": "2"}

pytestmark = pytest.mark.skipif(bool(why := why_no_disk()), reason=why)


@pytest.fixture
def disk(short_folder):
    """`disk(name)`: one that is mounted there below the service's folder."""

    def make(name):
        folder = short_folder / name
        folder.mkdir(parents=True)
        return Disk(folder, "1m")

    return make


@pytest.fixture
def ended():
    """`await ended(service)`: how a job of it ended, as `/status` tells."""

    async def ask(service):
        async with service.web.post("/research", json={"query": QUESTION, "max_results": 2}) as response:
            assert response.status == 202
            job = await response.json()
        async with service.web.get(job["events_url"]) as response:
            events = await response.text()
        async with service.web.get(f"/status/{job['job_id']}") as response:
            return await response.json(), events

    return ask


async def test_full_disks_fail_a_report_and_leave_a_warning_of_the_search_index_and_both_are_named(
    program, disk, ended, short_folder
):
    (short_folder / "corpus").mkdir()
    for name in TEXTS:
        shutil.copy(ROOT / "examples" / "corpus" / name, short_folder / "corpus")
    reports, index = disk("reports"), disk("data/chroma")
    service = await program("serve", *reports.command, *index.command, **ACTING)
    for each in (reports, index):
        await asyncio.to_thread(each.fill, service.process.pid)
    job, _ = await ended(service)
    assert job["status"] == "failed"
    assert "reports cannot be written: No space left on device" in job["error"]
    reports.make_room(service.process.pid)
    job, events = await ended(service)
    assert job["status"] == "completed"
    assert "data/chroma cannot be used" in events
    assert job["result"]["warnings"]
    index.make_room(service.process.pid)
    async with service.web.get("/health") as response:
        assert response.status == 200
    assert service.ended is None
