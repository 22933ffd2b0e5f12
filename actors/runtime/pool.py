"""Processes for work that would hold up the event loop: one that hangs or dies takes only its own work along."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import SpawnContext
from multiprocessing.synchronize import RLock
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
        self._opening: asyncio.Task[Processes] | None = None
        self._ending: list[asyncio.Task[None]] = []
        self._context = _Spawn()
        self._closed = False

    def within(self, seconds: float) -> "LimitedPool":
        """The same processes for work that is killed after `seconds` already."""
        return LimitedPool(self, min(seconds, self._timeout_seconds))

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `services.base.Pool`."""
        return await self.run_within(self._timeout_seconds, function, *args, **kwargs)

    async def run_within(self, seconds: float, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `services.base.Pool`; the time in which it waits for a process does not count."""
        try:
            return await self._run_once(seconds, function, *args, **kwargs)
        except _PoolBrokenError:
            # Whose process has died is not known: the work is tried once more, among new processes.
            return await self._run_once(seconds, function, *args, **kwargs)

    async def _run_once(self, seconds: float, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        pool = None if self._closed else await self._open()
        if pool is None or self._closed:
            raise ProcessDiedError("the pool of processes is closed")
        from pebble import ProcessExpired  # loaded by now, in the thread that opened the pool: it takes 10 ms

        try:
            future = pool.schedule(function, args=args, kwargs=kwargs, timeout=seconds)
        except RuntimeError as error:
            raise self._broken(pool, error) from error
        try:
            return await asyncio.wrap_future(future)
        except ProcessExpired as error:
            raise ProcessDiedError(f"the process died under {function.__name__} ({error})") from error
        except BrokenProcessPool as error:
            raise self._broken(pool, error) from error

    def _broken(self, pool: "Processes", error: Exception) -> "_PoolBrokenError":
        """Have the next one who comes start anew: pebble gives up for good when an idle process dies."""
        if self._opening and self._opening.done() and self._opening.result() is pool:
            self._opening = None
            pool.stop()
            self._ending.append(asyncio.create_task(asyncio.to_thread(pool.join)))
        return _PoolBrokenError(f"a process died while it had nothing to do ({error})")

    async def _open(self) -> "Processes":
        """The pool, started in a thread: starting processes takes longer than the event loop may wait.

        Who asked for it may be cancelled meanwhile; the start goes on, so that `close` finds what it has to end.
        """
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self._start))
        return await asyncio.shield(self._opening)

    def _start(self) -> "Processes":
        from pebble import ProcessPool as Processes

        pool = Processes(
            max_workers=self._processes,
            context=self._context,
            initializer=_prepare,
            initargs=(os.getpid(),),
        )
        with _interrupts_held_back():
            pool.schedule(abs, args=(0,))
        return pool

    async def close(self) -> None:
        """End the processes now; work under way is lost, as it is in a crash."""
        self._closed = True
        if self._opening is not None:
            pool = await self._opening
            pool.stop()
            self._ending.append(asyncio.create_task(asyncio.to_thread(pool.join)))
        await asyncio.gather(*self._ending)
        self._ending.clear()
        self._context.locks.clear()


@dataclass(frozen=True, slots=True)
class LimitedPool:
    """A view of a pool; see `ProcessPool.within`."""

    pool: ProcessPool
    seconds: float

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `services.base.Pool`."""
        return await self.pool.run_within(self.seconds, function, *args, **kwargs)


class _PoolBrokenError(ProcessDiedError):
    """The pool has given up; a new one takes its place."""


class _Spawn(SpawnContext):
    """Keeps its locks: pebble drops them before its processes have ended, and one that just starts looks for them."""

    def __init__(self) -> None:
        super().__init__()
        self.locks: list[RLock] = []

    def RLock(self) -> RLock:  # noqa: N802 (the library's own name)
        """See `multiprocessing.RLock`."""
        self.locks.append(super().RLock())
        return self.locks[-1]


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
