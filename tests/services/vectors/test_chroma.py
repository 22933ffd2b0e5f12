import asyncio
import os

import pytest

from actors.domain.errors import TransientError
from actors.services.vectors.chroma import LocalChroma
from actors.services.vectors.turns import turn


class Nobody:
    async def run(self, function, /, *args, **kwargs):
        raise AssertionError("a process was started")


async def test_processes_that_write_and_search_at_once_all_see_every_row_in_the_end(pools, sample, tmp_path):
    stores = [LocalChroma(pool, tmp_path / "data" / "chroma", "test-8") for pool in pools]
    await asyncio.gather(*(store.open() for store in stores))

    async def work(store, name):
        for number in range(4):
            sources = {"s1": sample.sources["s1"].model_copy(update={"url": f"https://{name}{number % 2}.example/"})}
            await store.upsert("a", f"{name}{number}", sample.passages, sources, sample.vectors)
            assert f"{name}{number}" in {match.job_id for match in await store.search("a", sample.vectors[0], limit=99)}
        await store.delete("a", f"{name}0")

    await asyncio.gather(*(work(store, name) for store, name in zip(stores, "xy", strict=True)))
    kept = {f"{name}{number}" for name in "xy" for number in (1, 2, 3)}
    for store in stores:
        found = await store.search("a", sample.vectors[0], limit=99)
        assert ({match.job_id for match in found}, len(found)) == (kept - {"x1", "y1"}, 12)
        for job in kept:
            assert (await store.source("a", job, "s1")).extracted.title == "A"


async def test_a_database_that_cannot_be_read_is_an_error_of_ours_that_names_its_folder(pools, sample, tmp_path):
    (tmp_path / "chroma.sqlite3").write_text("no database at all, " * 50)
    store = LocalChroma(pools[0], tmp_path, "test-8")
    with pytest.raises(TransientError, match=f"{tmp_path} cannot be used"):
        await store.search("a", sample.vectors[0], limit=1)

    (tmp_path / "chroma.sqlite3").unlink()
    assert await store.search("a", sample.vectors[0], limit=1) == []
    await pools[0].close()
    with pytest.raises(TransientError, match="closed"):
        await store.search("a", sample.vectors[0], limit=1)


async def test_a_ping_starts_no_process_and_waits_for_nobody(tmp_path):
    with turn(tmp_path, holder=os.getpid()):
        assert await LocalChroma(Nobody(), tmp_path, "test-8").ping() == "local"
