"""Commands that are asked for in one turn of the event loop travel together: a round trip is shared by all of them."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hiredis import pack_command
from redis.exceptions import RedisError, ResponseError

from actors.store.redis.connect import redis_errors

Client = Any
"""A `redis.asyncio.Redis`, whose own types are unions over both of its protocols and of text and bytes."""

Argument = str | bytes | int | float
Command = tuple[Argument, ...]

pack: Callable[[Command], bytes] = pack_command  # type: ignore[assignment] # hiredis declares a tuple of one
Waiting = tuple[Command, asyncio.Future[Any]]

MOST = 500
"""How many commands travel together at most."""

UNDER_WAY = 2
"""How many batches may be under way at once; what comes meanwhile waits, and makes the next batch larger."""


@dataclass(slots=True)
class Pipe:
    """Asks a server; answers come as RESP2 has them, a batch of them within `seconds`."""

    redis: Client
    seconds: float = 5.0
    _waiting: deque[Waiting] = field(default_factory=deque)
    _senders: set[asyncio.Task[None]] = field(default_factory=set)
    _under_way: int = 0
    _called: bool = False

    async def ask(self, *command: Argument) -> Any:  # noqa: ANN401 (each command's own answer)
        """The server's answer to a command.

        Cancelled, the command may be carried out all the same.

        Raises:
            StoreUnavailableError: the server does not answer, or takes no writes.
            ResponseError: the command is wrong, or a script the server does not know.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, answer))
        self._call_sender()
        try:
            return await answer
        except (OSError, TimeoutError, RedisError):
            with redis_errors():
                raise

    def _call_sender(self) -> None:
        """Have what waits sent in the loop's next turn, unless somebody will come for it anyway."""
        if self._waiting and not self._called and self._under_way < UNDER_WAY:
            self._called = True
            self._under_way += 1
            sender = asyncio.create_task(self._send())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)

    async def _send(self) -> None:
        """Send what has gathered, and again until nothing waits."""
        self._called = False
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
                self._call_sender()
                await self._exchange([each for each in batch if not each[1].done()])
        finally:
            self._under_way -= 1

    async def _exchange(self, batch: list[Waiting]) -> None:
        answers: list[Any] = [asyncio.CancelledError()] * len(batch)
        try:
            answers = await self._send_all([command for command, _ in batch])
        except (OSError, TimeoutError, RedisError) as error:
            answers = [error] * len(batch)
        finally:
            for (_, future), answer in zip(batch, answers, strict=True):
                _settle(future, answer)

    async def _send_all(self, commands: list[Command]) -> list[Any]:
        """The answers, errors among them. redis-py's own pipeline takes twice the time, most of it for packing."""
        pool = self.redis.connection_pool
        connection = await pool.get_connection()
        try:
            async with asyncio.timeout(self.seconds):
                packed = b"".join(map(pack, commands))
                await connection.send_packed_command(packed, check_health=False)
                return [await _answer(connection) for _ in commands]
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        finally:
            await pool.release(connection)


async def _answer(connection: Any) -> Any:  # noqa: ANN401 (redis-py's connection; each command's own answer)
    try:
        return await connection.read_response(timeout=math.inf)
    except ResponseError as error:
        return error


def _settle(future: asyncio.Future[Any], answer: object) -> None:
    if future.done():
        return
    if isinstance(answer, asyncio.CancelledError):
        future.cancel()
    elif isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
