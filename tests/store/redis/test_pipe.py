import asyncio

import pytest
from redis.exceptions import ResponseError

from actors.domain.errors import StoreUnavailableError
from actors.store.redis.connect import connect
from actors.store.redis.pipe import Pipe


@pytest.fixture
async def redis(redis_server):
    clients = await connect(f"{redis_server}?db=9", connect_seconds=5)
    yield clients.commands
    await clients.close()


class Counting:
    """A client, and the pool of one, that counts the connections it is asked for."""

    def __init__(self, redis):
        self.pool = redis.connection_pool
        self.connection_pool = self
        self.release = self.pool.release
        self.batches = 0

    async def get_connection(self):
        self.batches += 1
        return await self.pool.get_connection()


async def test_what_is_asked_at_once_travels_together_and_each_gets_its_own_answer(redis):
    counting = Counting(redis)
    pipe = Pipe(counting)
    answers = await asyncio.gather(*(pipe.ask("ECHO", str(number)) for number in range(100)))
    assert answers == [str(number).encode() for number in range(100)]
    assert counting.batches == 1


async def test_more_than_fits_goes_in_several_batches_in_order(redis):
    pipe = Pipe(redis)
    numbers = await asyncio.gather(*(pipe.ask("INCR", "n") for _ in range(1_200)))
    assert sorted(numbers) == list(range(1, 1_201))
    await redis.delete("n")


async def test_a_wrong_command_fails_alone(redis):
    pipe = Pipe(redis)
    answers = await asyncio.gather(
        pipe.ask("SET", "a", "1", "EX", 9), pipe.ask("LPUSH", "a", "1"), pipe.ask("GET", "a"), return_exceptions=True
    )
    assert (answers[0], answers[2]) == (b"OK", b"1")
    assert isinstance(answers[1], ResponseError)


async def test_one_who_is_cancelled_takes_no_other_along(redis):
    pipe = Pipe(redis)
    first, second = asyncio.create_task(pipe.ask("ECHO", "1")), asyncio.create_task(pipe.ask("ECHO", "2"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == b"2"
    assert first.cancelled()


async def test_all_who_wait_are_told_of_an_outage_and_the_next_are_served(start_server, short_folder):
    listen = short_folder / "s"
    options = ("--port", "0", "--unixsocket", str(listen))
    server = start_server(short_folder, listen, *options)
    clients = await connect(f"unix://{listen}", connect_seconds=5)
    pipe = Pipe(clients.commands)
    assert await pipe.ask("ECHO", "1") == b"1"
    server.kill()
    server.wait()
    answers = await asyncio.gather(*(pipe.ask("ECHO", "1") for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreUnavailableError}
    await asyncio.to_thread(start_server, short_folder, listen, *options)
    assert await pipe.ask("ECHO", "1") == b"1"
    await clients.close()
