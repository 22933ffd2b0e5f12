"""Processes that can be killed, paused and started again: a server that keeps everything, and hosts of the engine."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from actors.store.redis.valkey import server_binary
from benchmarks.chaos_stages import read_journal

HOST = Path(__file__).with_name("chaos_host.py")
START_SECONDS = 30.0
POLL_SECONDS = 0.01


@dataclass
class Server:
    """A server on a unix socket in `folder`, each of whose answers is on the disk before it is given."""

    folder: Path
    options: Sequence[str] = ()
    password: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens; the path has to be short."""
        return self.folder / "s"

    @property
    def url(self) -> str:
        """Its address."""
        return f"unix://{f':{self.password}@' if self.password else ''}{self.socket}"

    @property
    def client(self) -> Any:  # noqa: ANN401 (redis-py's types are unions over text and bytes)
        """A client of its own, which answers with texts."""
        return Redis.from_url(self.url, decode_responses=True, socket_timeout=5.0)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        kept = ("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "always", "--save", "")
        listen = ("--port", "0", "--unixsocket", str(self.socket))
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(server_binary()), *listen, *kept, *self.options], stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / "server.log").read_text("utf-8"))
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except (RedisError, OSError):
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Host:
    """A process of the engine by name; it can be started again after it has ended."""

    name: str
    folder: Path
    settings: Mapping[str, Any]
    command: Sequence[str] = ()
    """What comes before the program, as `ip netns exec NAME`."""
    process: subprocess.Popen[bytes] = field(init=False)
    starts: int = 0
    paused: bool = False

    def __post_init__(self) -> None:
        self.start()

    @property
    def log(self) -> str:
        """All that it has logged, in all its lives."""
        return (self.folder / f"{self.name}.log").read_text("utf-8")

    @property
    def journal(self) -> list[dict[str, Any]]:
        """All that it has noted, in all its lives."""
        return read_journal(self.folder / f"{self.name}.jsonl")

    @property
    def ready(self) -> bool:
        """Whether its engine has been opened in this life."""
        return self._ready_lines >= self.starts

    @property
    def _ready_lines(self) -> int:
        return len([line for line in self.journal if line["what"] == "ready"])

    @property
    def ended(self) -> int | None:
        """Its exit status, once it has ended."""
        return self.process.poll()

    def start(self) -> None:
        """Start it, again if need be."""
        own = {
            "data": str(self.folder / f"{self.name}.data"),
            "journal": str(self.folder / f"{self.name}.jsonl"),
            "go": str(self.folder / "go"),
        }
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, sys.executable, str(HOST), json.dumps({**own, **self.settings})],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.starts = self._ready_lines + 1

    def pause(self) -> None:
        """Stop it in its tracks."""
        self.paused = True
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run on, as if nothing had been."""
        self.paused = False
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        self.paused = False
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = START_SECONDS) -> int:
        """Ask it to end in order; answers its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)
