"""How a process that runs an event loop sets its interpreter: neither the collector nor a thread holds the loop up."""

import gc
import sys

SWITCH_SECONDS = 0.001
"""How long a thread may keep the loop from the interpreter; Python's own 5 ms add up, once for each system call."""


def favour_the_loop(*, switch_seconds: float = SWITCH_SECONDS) -> None:
    """Call it once, when everything is open: what is loaded by then is never looked at by the collector again.

    A full collection takes 40 ms and more otherwise, in which every thread stands still. Meant for a process that
    serves until it ends: what is frozen and becomes garbage stays.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(switch_seconds)
