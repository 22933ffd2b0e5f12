"""The course that every peer runs: six chained steps a job, timed from the first step's start to the last one's end."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

STEPS = 6


class Course:
    """Counts what has ended; ends the process, with the seconds on its last line, once all jobs have.

    The process ends at once, without an orderly stop: how long a library takes to close is not measured.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._began = 0.0
        self._ended = 0
        self._lock = threading.Lock()

    def run(self, step: int) -> int:
        """What a step does; answers the next one, or 0 after the last."""
        with self._lock:
            self._began = self._began or time.perf_counter()
            if step < STEPS:
                return step + 1
            self._ended += 1
            if self._ended == self.jobs:
                print(json.dumps({"seconds": time.perf_counter() - self._began}), flush=True)
                os._exit(0)
            return 0


def arguments() -> tuple[str, Course]:
    """The server's URL and the course, from the command line."""
    url, jobs = sys.argv[1:3]
    return url, Course(int(jobs))


async def in_batches(jobs: int, one: Callable[[int], Coroutine[Any, Any, Any]], *, at_once: int = 100) -> None:
    """Enqueue every job, so many at once."""
    import asyncio

    for start in range(0, jobs, at_once):
        await asyncio.gather(*(one(job) for job in range(start, min(start + at_once, jobs))))
