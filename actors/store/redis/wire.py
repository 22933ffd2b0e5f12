"""One exchange with a server: commands out, answers back as RESP2 has them; all that the store says goes this way."""

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any

from hiredis import pack_command
from redis.exceptions import ResponseError

Client = Any
"""A `redis.asyncio.Redis`, whose own types are unions over both of its protocols and of text and bytes."""

Argument = str | bytes | int | float
Command = tuple[Argument, ...]

pack: Callable[[Command], bytes] = pack_command  # type: ignore[assignment] # hiredis declares a tuple of one


async def exchange(redis: Client, commands: Sequence[Command], *, seconds: float) -> list[Any]:
    """The answer to each command, a `ResponseError` among them where one is wrong.

    redis-py's own pipeline takes twice the time, most of it for packing.

    Raises:
        RedisError, OSError, TimeoutError: there is no answer within `seconds`; what was sent may be carried out.
    """
    pool = redis.connection_pool
    connection = await pool.get_connection()
    try:
        async with asyncio.timeout(seconds):
            await connection.send_packed_command(b"".join(map(pack, commands)), check_health=False)
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
