"""How a process is set when its loop shall not be held up; each in a process of its own, for it cannot be undone."""

import asyncio
import gc
import subprocess
import sys

import pytest

from actors.runtime.interpreter import LOOKS, collect

SETTINGS = """
import gc, sys
from actors.runtime.interpreter import favour_the_loop
before = len(gc.get_objects())
favour_the_loop(switch_seconds=0.002)
print(gc.get_freeze_count() > before // 2, len(gc.get_objects()) < before // 2, round(sys.getswitchinterval(), 6))
"""


def test_what_is_loaded_is_spared_by_the_collector_and_threads_give_way_sooner() -> None:
    run = subprocess.run([sys.executable, "-c", SETTINGS], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["True", "True", "0.002"]


@pytest.mark.parametrize(("busy", "looks"), [(0, 1), (3, LOOKS)])
async def test_a_full_collection_waits_for_an_idle_moment_but_not_for_ever(busy: int, looks: int) -> None:
    stop, slept, collected = asyncio.Event(), 0, []

    async def sleep(_: float) -> None:
        nonlocal slept
        slept += 1

    def note(phase: str, told: dict[str, int]) -> None:
        if (phase, told["generation"]) == ("stop", 2):
            collected.append(slept)
            stop.set()

    gc.callbacks.append(note)
    try:
        async with asyncio.timeout(5):
            await collect(lambda: busy, stop, sleep=sleep)
    finally:
        gc.callbacks.remove(note)
    assert collected == [looks]
