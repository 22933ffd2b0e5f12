"""Whose turn it is in a folder: any number of processes share it, one at a time, and none waits for ever."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from actors.domain.errors import TransientError

WAIT_SECONDS = 30.0
POLL_SECONDS = 0.01


@contextmanager
def turn(folder: Path, *, holder: int, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Have the folder to oneself; `holder` is the process id that others are told while it lasts.

    Two locks: who has had a turn must pass the first one again, so it cannot overtake whoever waits there for the
    second. Both end with the process, however it dies.

    Raises:
        TransientError: others have held the folder for `wait_seconds`.
        OSError: the folder cannot be written to.
    """
    deadline = time.monotonic() + wait_seconds
    with (folder / "in-use-by").open("a+") as held:
        with (folder / "next-in-line").open("a") as queue:
            _lock(queue, held, deadline)
            _lock(held, held, deadline)
        held.truncate(0)
        held.write(str(holder))
        held.flush()
        try:
            yield
        finally:
            held.truncate(0)


def _lock(lock: IO[str], held: IO[str], deadline: float) -> None:
    while not _free(lock):
        if time.monotonic() >= deadline:
            raise TransientError(f"{Path(held.name).parent} is in use by process {_holder(held)}")
        time.sleep(POLL_SECONDS)


def _free(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(held: IO[str]) -> str:
    held.seek(0)
    return held.read() or "unknown"
