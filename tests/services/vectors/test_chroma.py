import fcntl
import os

import numpy as np
import pytest

from actors.domain.documents import Passage, Source, SourceStatus
from actors.domain.errors import TransientError
from actors.runtime.pool import ProcessPool
from actors.services.vectors.chroma import LocalChroma, hold

TEXTS = ["The ozone hole closed.", "Bread needs salt.", "The treaty was signed."]
PASSAGES = [
    Passage(id=f"s1p{number}", source_id="s1", text=text, start=number * 100, end=number * 100 + len(text))
    for number, text in enumerate(TEXTS)
]
SOURCES = {"s1": Source(id="s1", url="https://a.example/", title="A", sha256="ab", status=SourceStatus.READ)}
VECTORS = np.eye(3, 8, dtype=np.float32)


@pytest.fixture
async def pool():
    pool = ProcessPool(processes=1, timeout_seconds=60)
    yield pool
    await pool.close()


async def test_passages_are_found_by_likeness_by_tenant_and_gone_with_their_job(pool, tmp_path_factory):
    chroma = LocalChroma(pool, tmp_path_factory.mktemp("data") / "chroma", "test-8")
    for job in ("j1", "j1", "j2"):
        await chroma.upsert("a", job, PASSAGES, SOURCES, VECTORS)
    await chroma.upsert("b", "j3", PASSAGES[:1], SOURCES, VECTORS[:1])

    found = await chroma.search("a", VECTORS[2], limit=3)
    assert [(match.text, match.job_id) for match in found[:2]] == [(TEXTS[2], "j1"), (TEXTS[2], "j2")]
    assert found[0].score == pytest.approx(1, abs=1e-5)
    assert (found[0].url, found[0].title, found[0].start, found[0].sha256) == ("https://a.example/", "A", 200, "ab")
    assert len(await chroma.search("a", VECTORS[0], limit=99)) == 6
    assert [match.job_id for match in await chroma.search("b", VECTORS[0], limit=99)] == ["j3"]
    assert await chroma.search("nobody", VECTORS[0], limit=9) == []

    await chroma.delete("a", "j1")
    assert {match.job_id for match in await chroma.search("a", VECTORS[0], limit=99)} == {"j2"}


def test_a_folder_held_by_another_process_is_refused_with_its_id(tmp_path):
    lock = tmp_path / "in-use-by"
    lock.write_text("4711")
    handle = os.open(lock, os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(TransientError, match="in use by process 4711"):
            hold(lock, wait_seconds=0.02)
    finally:
        os.close(handle)
    hold(lock, wait_seconds=0.02)
    assert lock.read_text() == str(os.getppid())
