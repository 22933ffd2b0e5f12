import asyncio

import numpy as np
import pytest

from actors.domain.errors import ConfigError, TransientError
from actors.services.vectors import server as served
from actors.services.vectors.remote import open_remote


async def test_a_server_that_dies_is_an_error_until_it_is_back_with_its_rows(server, sample, tenant):
    async with open_remote("127.0.0.1", server.port, "test-8") as store:
        assert await store.ping() == "server"
        await store.upsert(tenant, "j1", sample.passages, sample.sources, sample.vectors)

        server.kill()
        for call in (
            store.ping(),
            store.search(tenant, sample.vectors[0], limit=1),
            store.upsert(tenant, "j2", sample.passages, sample.sources, sample.vectors),
            store.source(tenant, "j1", "s1"),
            store.delete(tenant, "j1"),
        ):
            with pytest.raises(TransientError, match=rf"server 127.0.0.1:{server.port} does not answer"):
                await call

        server.start()
        assert await store.ping() == "server"
        assert [match.text for match in await store.search(tenant, sample.vectors[1], limit=1)] == [sample.texts[1]]


async def test_many_passages_arrive_in_several_portions(server, sample, tenant):
    count = served.BATCH * 2 + 1
    passages = [sample.passages[0].model_copy(update={"id": f"s1p{number}"}) for number in range(count)]
    vectors = np.random.default_rng(0).normal(size=(count, 8)).astype(np.float32)
    async with open_remote("127.0.0.1", server.port, "test-8") as store:
        await store.upsert(tenant, "j1", passages, sample.sources, vectors)
        assert len(await store.search(tenant, vectors[0], limit=count)) == count


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nnowhere", "says 404: nowhere"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", "does not answer as ChromaDB"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "does not answer as ChromaDB"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "does not answer"),
        (b"SSH-2.0-x\r\n", "does not answer"),
        (b"", r"no answer within 0\.05 s"),
    ],
)
async def test_what_is_no_chromadb_is_told_from_one(answer, reason):
    ended = asyncio.Event()

    async def reply(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        if not answer:
            await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        async with open_remote("127.0.0.1", port, "test-8") as store:
            with pytest.raises(TransientError, match=reason):
                await store.ping(seconds=5 if answer else 0.05)
        await ended.wait()


@pytest.mark.parametrize("host", ["http://chroma", "chroma:8000", "a b", "me@chroma"])
async def test_a_host_that_is_an_address_of_another_kind_is_refused_by_name(host):
    with pytest.raises(ConfigError, match=r"chroma\.host"):
        async with open_remote(host, 8000, "test-8"):
            pass


async def test_an_address_of_ip_version_6_is_a_host():
    async with open_remote("::1", 8000, "test-8") as store:
        assert str(store.wire.url) == "http://[::1]:8000/api/v2"
