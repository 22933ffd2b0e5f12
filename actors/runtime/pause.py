"""A sleep that a request to stop cuts short."""

import asyncio
from collections.abc import Awaitable, Callable


async def pause(
    stop: asyncio.Event, seconds: float, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> bool:
    """Wait `seconds`, or less when `stop` is set; answers whether to go on."""
    sleeping = asyncio.ensure_future(sleep(seconds))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        stopping.cancel()
    return not stop.is_set()
