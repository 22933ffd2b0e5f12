"""Processes for work that would hold up the event loop: one that hangs or dies takes only its own work along."""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from actors.domain.errors import ProcessDiedError

if TYPE_CHECKING:
    from pebble import ProcessPool as Processes

P = ParamSpec("P")
T = TypeVar("T")

PARENT_CHECK_SECONDS = 1.0
PR_SET_PDEATHSIG = 1
NICENESS = 5


class ProcessPool:
    """Processes started when first needed, by `spawn`: they inherit no sockets and no locks.

    Work that takes longer than `timeout_seconds` is killed with its process, which is replaced.
    """

    def __init__(self, *, processes: int, timeout_seconds: float) -> None:
        self._processes = processes
        self._timeout_seconds = timeout_seconds
        self._pool: Processes | None = None

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `services.base.Pool`."""
        from pebble import ProcessExpired

        future = self._open().schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_seconds)
        try:
            return await asyncio.wrap_future(future)
        except ProcessExpired as error:
            raise ProcessDiedError(f"the process died under {function.__name__} ({error})") from error

    def _open(self) -> "Processes":
        if self._pool is None:
            from pebble import ProcessPool as Processes

            self._pool = Processes(
                max_workers=self._processes,
                context=multiprocessing.get_context("spawn"),
                initializer=_prepare,
                initargs=(os.getpid(),),
            )
        return self._pool

    async def close(self) -> None:
        """End the processes now; work under way is lost, as it is in a crash."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.stop()
            await asyncio.to_thread(pool.join)


def _prepare(parent: int) -> None:
    """Give way to the parent's event loop, leave Ctrl-C to it, and end when it does, however it dies."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)
