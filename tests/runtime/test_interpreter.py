"""How a process is set when its loop shall not be held up; each in a process of its own, for it cannot be undone."""

import subprocess
import sys

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
