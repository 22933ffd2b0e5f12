"""How a process that runs an event loop sets its interpreter: neither the collector nor a thread holds the loop up."""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable

from actors.runtime.pause import pause

SWITCH_SECONDS = 0.001
"""How long a thread may keep the loop from the interpreter; Python's own 5 ms add up, once for each system call."""

NEVER = 1_000_000
"""So many collections of the younger generations before a full one that it does not come by itself."""

LOOK_SECONDS = 60.0
LOOKS = 10
"""After so many looks at a process that is always busy it is collected all the same."""


def favour_the_loop(*, switch_seconds: float = SWITCH_SECONDS) -> None:
    """Call it once, when everything is open: what is loaded by then is never looked at by the collector again.

    A full collection takes 40 ms and more otherwise, in which every thread stands still; from now on `collect` has to
    make them. Meant for a process that serves until it ends: what is frozen and becomes garbage stays.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], NEVER)
    sys.setswitchinterval(switch_seconds)


async def collect(
    busy: Callable[[], int], stop: asyncio.Event, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Once a minute a full collection, put off for up to ten while there is work at hand, until `stop` is set."""
    put_off = 0
    while await pause(stop, LOOK_SECONDS, sleep=sleep):
        put_off = put_off + 1 if busy() else LOOKS
        if put_off >= LOOKS:
            gc.collect()
            put_off = 0
