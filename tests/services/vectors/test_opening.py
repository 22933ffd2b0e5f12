import asyncio

import pytest

from actors.domain.errors import TransientError
from actors.services.vectors.opening import open_vectors


class Nobody:
    async def run(self, function, /, *args, **kwargs):
        raise AssertionError("a process was started")


async def test_without_a_host_it_is_the_local_database_and_nothing_is_started(tmp_path):
    async with open_vectors(Nobody(), tmp_path, "test-8") as opened:
        assert (await opened.vectors.ping(), opened.degraded) == ("local", "")


async def test_a_server_that_comes_up_late_is_waited_for(shared_server, tmp_path):
    server = shared_server
    server.kill()

    async def start():
        await asyncio.sleep(0.03)
        await asyncio.to_thread(server.start)

    starting = asyncio.create_task(start())
    async with open_vectors(
        Nobody(), tmp_path, "test-8", host="127.0.0.1", port=server.port, connect_seconds=20, fallback=False
    ) as opened:
        assert (await opened.vectors.ping(), opened.degraded) == ("server", "")
    await starting


async def test_a_server_that_does_not_answer_is_replaced_and_the_reason_is_kept(free_port, tmp_path, caplog):
    async with open_vectors(
        Nobody(), tmp_path, "test-8", host="127.0.0.1", port=free_port, connect_seconds=0.01
    ) as opened:
        assert await opened.vectors.ping() == "local"
        assert f"127.0.0.1:{free_port} does not answer" in opened.degraded
        assert f"127.0.0.1:{free_port} does not answer" in caplog.text


async def test_without_fallback_a_server_that_does_not_answer_is_an_error(free_port, tmp_path):
    with pytest.raises(TransientError, match="does not answer"):
        async with open_vectors(
            Nobody(), tmp_path, "test-8", host="127.0.0.1", port=free_port, connect_seconds=0.01, fallback=False
        ):
            pass
