"""Processes for work that would hold up the event loop: one that hangs or dies takes only its own work along."""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        self._closed = False
        self._opening = asyncio.Lock()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `services.base.Pool`."""
        if self._closed:
            raise ProcessDiedError("the pool of processes is closed")
        pool = await self._open()
        from pebble import ProcessExpired

        future = pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_seconds)
        try:
            return await asyncio.wrap_future(future)
        except ProcessExpired as error:
            raise ProcessDiedError(f"the process died under {function.__name__} ({error})") from error

    async def _open(self) -> "Processes":
        """The pool, started in a thread: starting processes takes longer than the event loop may wait."""
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncio.to_thread(self._start)
            return self._pool

    def _start(self) -> "Processes":
        from pebble import ProcessPool as Processes

        pool = Processes(
            max_workers=self._processes,
            context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(os.getpid(),),
        )
        with _interrupts_held_back():
            pool.schedule(abs, args=(0,))
        return pool

    async def close(self) -> None:
        """End the processes now; work under way is lost, as it is in a crash."""
        self._closed = True
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.stop()
            await asyncio.to_thread(pool.join)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C is for the parent alone: processes started here never see it, not even before they can ignore it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare(parent: int) -> None:
    """Give way to the parent's event loop, use one core alone, and end when the parent does, however it dies."""
    os.nice(NICENESS)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)
