"""A process that has imported all a host of the chaos run needs, and becomes one by fork: each is there at once.

    python -m tests.servers.host_maker

An order is a line of JSON on stdin, `{"settings": …, "log": …}`; it is answered by `{"pid": …}`, and by
`{"pid": …, "status": …}` once that host has ended. When the orders end, so do the hosts.
"""

import json
import os
import selectors
import signal
import sys
import traceback
from types import ModuleType


def main() -> None:
    from benchmarks import chaos_host

    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    living: set[int] = set()
    with selectors.DefaultSelector() as waiting:
        waiting.register(sys.stdin.fileno(), selectors.EVENT_READ)
        waiting.register(ended, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in waiting.select()}
            if ended in ready:
                os.read(ended, 4_096)
                _tell_ends(living)
            if sys.stdin.fileno() in ready:
                if not (line := sys.stdin.buffer.raw.readline()):
                    break
                pid = os.fork()
                if not pid:
                    _become(chaos_host, json.loads(line))
                living.add(pid)
                _tell(pid=pid)
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _become(chaos_host: ModuleType, order: dict[str, str]) -> None:
    """Run as a host, and end with its exit status."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    quiet = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for source, target in ((quiet, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.closerange(3, 256)
    sys.argv = [chaos_host.__file__, order["settings"]]
    status = 1
    try:
        status = chaos_host.main()
    finally:
        if sys.exception():
            traceback.print_exc()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def _tell_ends(living: set[int]) -> None:
    for pid in tuple(living):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            living.discard(pid)
            _tell(pid=pid, status=os.waitstatus_to_exitcode(status))


def _tell(**answer: int) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
