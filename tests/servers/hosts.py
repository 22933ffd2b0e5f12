"""Hosts of the chaos run that are there at once: forks of one process, in all else the same as those it starts."""

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.chaos_processes import Host

ROOT = Path(__file__).resolve().parents[2]
MODULE = "tests.servers.host_maker"
POLL_SECONDS = 0.01


class HostMaker:
    """The process that is forked, started with the first order; may be asked from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._told: list[int] = []
        self._ended: dict[int, int] = {}

    def make(self, settings: str, log: Path) -> "Forked":
        """Start a host, which appends what it says to `log`."""
        with self._lock:
            order = json.dumps({"settings": settings, "log": str(log)}).encode()
            pipes = self._pipes()
            pipes.stdin.write(order + b"\n")
            pipes.stdin.flush()
            while not self._told:
                self._take(pipes.stdout.readline())
            return Forked(self, self._told.pop())

    def ended(self, pid: int) -> int | None:
        """The exit status of a host, or minus the signal that ended it; None while it lives."""
        with self._lock, selectors.DefaultSelector() as waiting:
            pipes = self._pipes()
            waiting.register(pipes.stdout, selectors.EVENT_READ)
            while waiting.select(0):
                self._take(pipes.stdout.readline())
            return self._ended.get(pid)

    def close(self) -> None:
        """End all hosts, and wait for that."""
        if self._process:
            self._process.communicate()

    def _pipes(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-m", MODULE]
            # Unbuffered: what select() does not see must not wait here.
            self._process = subprocess.Popen(
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
            )
        return self._process

    def _take(self, line: bytes) -> None:
        answer = json.loads(line)
        if "status" in answer:
            self._ended[answer["pid"]] = answer["status"]
        else:
            self._told.append(answer["pid"])


@dataclass
class Forked:
    """A host, to be asked and told the same as a `subprocess.Popen`."""

    maker: HostMaker
    pid: int
    returncode: int | None = field(default=None, init=False)

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.maker.ended(self.pid)
        return self.returncode

    def wait(self, seconds: float = 60.0) -> int:
        deadline = time.monotonic() + seconds
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the host {self.pid} has not ended within {seconds} s")
            time.sleep(POLL_SECONDS)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass
class ForkedHost(Host):
    """A host made by `maker`; one with a command before it is started as ever."""

    maker: HostMaker | None = None

    def start(self) -> None:
        """See `Host.start`."""
        if self.command or self.maker is None:
            super().start()
            return
        before = self._ready_lines
        own: dict[str, Any] = {
            "data": str(self.folder / f"{self.name}.data"),
            "journal": str(self.folder / f"{self.name}.jsonl"),
            "go": str(self.folder / "go"),
        }
        self.process = self.maker.make(json.dumps({**own, **self.settings}), self.folder / f"{self.name}.log")
        self.starts = before + 1
