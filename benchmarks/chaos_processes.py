"""Processes that can be killed, paused and started again: a server that keeps everything, hosts, the real programs."""

import json
import os
import re
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

ROOT = Path(__file__).resolve().parent.parent
HOST = Path(__file__).with_name("chaos_host.py")
OURS = ("CRP_", "API_KEY", "REDIS_", "CHROMA_", "OPENAI_", "GOOGLE_")
"""How the variables begin that tell our programs something."""

START_SECONDS = 30.0
POLL_SECONDS = 0.01


@dataclass
class Server:
    """A server on a unix socket in `folder`, each of whose answers is on the disk before it is given."""

    folder: Path
    options: Sequence[str] = ()
    password: str = ""
    program: str = ""
    """Its name or path; the embedded store's if there is none."""
    command: Sequence[str] = ()
    """What comes before the program, as `env NAME=VALUE`."""
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

    @property
    def version(self) -> str:
        """What the program calls itself: Valkey or Redis, and its number."""
        told = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=True).stdout
        return told.partition(" sha=")[0].replace(" server v=", " ")

    @property
    def _program(self) -> str:
        return self.program or str(server_binary())

    def start(self) -> None:
        """Start it, and wait until it answers."""
        kept = ("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "always", "--save", "")
        listen = ("--port", "0", "--unixsocket", str(self.socket))
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, self._program, *listen, *kept, *self.options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
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


@dataclass
class Program:
    """The real service or worker, `module` with its arguments; it is told everything by `environment` alone."""

    name: str
    folder: Path
    module: Sequence[str]
    environment: Mapping[str, str]
    command: Sequence[str] = ()
    """What comes before it, as `unshare --mount`."""
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        others = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        with self._log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [*self.command, sys.executable, "-m", *self.module],
                cwd=self.folder,
                env={**others, "PYTHONPATH": str(ROOT), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def _log_file(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def log(self) -> str:
        """All that it has logged."""
        return self._log_file.read_text("utf-8")

    @property
    def address(self) -> str:
        """Where it listens; empty until it does."""
        found = re.search(r"listening on (\S+)", self.log)
        return found[1] if found else ""

    @property
    def ended(self) -> int | None:
        """Its exit status, once it has ended."""
        return self.process.poll()

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
