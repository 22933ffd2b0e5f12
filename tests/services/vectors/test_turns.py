import signal
import subprocess
import sys
import threading

import pytest

from actors.domain.errors import TransientError
from actors.services.vectors.turns import turn

HOLD = """
import sys, time
from pathlib import Path
from actors.services.vectors.turns import turn
with turn(Path(sys.argv[1]), holder=4711):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process, which has its turn and keeps it."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_who_waits_too_long_is_told_which_process_has_the_folder_and_a_killed_one_gives_it_back(tmp_path, holder):
    with (
        pytest.raises(TransientError, match=f"{tmp_path} is in use by process 4711"),
        turn(tmp_path, holder=1, wait_seconds=0.03),
    ):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with turn(tmp_path, holder=1):
        pass


def test_turns_follow_each_other_and_an_error_ends_one(tmp_path):
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), turn(tmp_path, holder=1, wait_seconds=0.03):
            raise ValueError("broken")
    assert (tmp_path / "in-use-by").read_text() == ""


def test_who_has_had_a_turn_does_not_overtake_who_waits_for_one(tmp_path):
    order = []

    def wait():
        with turn(tmp_path, holder=2):
            order.append("waited")

    waiting = threading.Thread(target=wait)
    with turn(tmp_path, holder=1):
        waiting.start()
        assert any(not first_in_line_is_free(tmp_path) for _ in range(200))
    with turn(tmp_path, holder=1):
        order.append("came again")
    waiting.join()
    assert order == ["waited", "came again"]


def first_in_line_is_free(folder):
    """Whether nobody waits: a probe in another process, for a lock's own process cannot tell."""
    probe = "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    line = str(folder / "next-in-line")
    return subprocess.run([sys.executable, "-c", probe, line], stderr=subprocess.DEVNULL, check=False).returncode == 0
