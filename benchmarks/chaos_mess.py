"""The mess that a chaos run makes: what is killed, paused and restarted when, and how everything comes to rest."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chaos_checks import Findings, Kill, check
from benchmarks.chaos_processes import Host, Server

EDGES = 2
WORKERS = 3
MAX_ATTEMPTS = 1_000
"""Here dying is no fault of the job."""

SUBMITTING = 0.5
"""The share of the time over which jobs are submitted, if nothing held it up."""

INFANTS = 0.1
"""How often a process that only just starts is not spared: on a busy machine, nobody would come to work otherwise."""

POLL_SECONDS = 0.02
SETTLE_SECONDS = 30.0
PREFIX = "chaos"


@dataclass
class Chaos:
    """Everything that runs, what is to happen next (by time), and what has been done to it."""

    server: Server
    hosts: Sequence[Host]
    lease_seconds: float
    choose: random.Random
    agenda: list[tuple[float, str, Host | None]] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def edges_ended(self) -> bool:
        """Whether each edge has seen all its jobs end."""
        return all(host.ended == 0 for host in self.hosts if host.settings["jobs"])

    def disturb(self) -> None:
        """Do something bad, and plan when it is over."""
        deed = self.choose.choices(("kill", "pause", "server"), weights=(5, 4, 2))[0]
        host = self.choose.choice(self.hosts)
        wait = self.choose.random()
        if deed == "server":
            if not any(deed == "server" for _, deed, _ in self.agenda):
                self.done.append("kill the server")
                self.server.kill()
                self._plan(0.5 + 2.5 * wait, "server", None)
        elif host.ended is None and not host.paused and (host.ready or wait < INFANTS):
            self.done.append(f"{deed} {host.name}")
            if deed == "kill":
                self._kill(host)
                self._plan(wait * self.lease_seconds, "start", host)
            else:
                host.pause()
                self._plan((1.4 + 1.6 * wait) * self.lease_seconds, "go on", host)

    def repair(self, *, all_of_it: bool = False) -> None:
        """Undo what is due."""
        due = [each for each in self.agenda if all_of_it or each[0] <= time.monotonic()]
        self.agenda = [each for each in self.agenda if each not in due]
        for _, deed, host in due:
            if host is None:
                self.server.start()
            elif deed == "start":
                host.start()
            elif host.paused:
                host.go_on()

    def look(self) -> None:
        """Note and start again what has ended by itself."""
        planned = [host for _, _, host in self.agenda]
        for host in self.hosts:
            if host.ended is not None and host not in planned and not (host.settings["jobs"] and host.ended == 0):
                self.wrong.append(f"{host.name} ended by itself with {host.ended}: {host.log[-2_000:]}")
                host.start()

    def _kill(self, host: Host) -> None:
        pid = host.process.pid
        host.kill()
        if not host.settings["jobs"]:
            self.kills.append(Kill(time.monotonic(), pid))

    def _plan(self, seconds: float, deed: str, host: Host | None) -> None:
        self.agenda.append((time.monotonic() + seconds, deed, host))


def run(server: Server, seconds: float, seed: int, jobs: int, lease_seconds: float) -> tuple[Findings, Chaos]:
    """Make a mess for `seconds` at most, let everything come to rest, and look at what is there."""
    server.start()
    hosts = _hosts(server.folder, server.url, seconds, jobs, lease_seconds)
    chaos = Chaos(server, hosts, lease_seconds, random.Random(seed))  # noqa: S311 (a mess that can be made again)
    try:
        _make_a_mess(chaos, seconds)
        _settle(chaos)
        for host in chaos.hosts:
            if host.ended is None and host.stop() != 0:
                chaos.wrong.append(f"{host.name} was stopped, and ended with {host.ended}: {host.log[-2_000:]}")
        findings = check(server.client, PREFIX, [host.journal for host in chaos.hosts], chaos.kills)
    finally:
        for host in chaos.hosts:
            host.kill()
        server.kill()
    return type(findings)(findings.jobs, {**findings.wrong, "exits": chaos.wrong}, findings.recoveries), chaos


def _hosts(folder: Path, url: str, seconds: float, jobs: int, lease_seconds: float) -> list[Host]:
    engine = {"lease_seconds": lease_seconds, "max_attempts": MAX_ATTEMPTS, "concurrency": 4}
    common = {"url": url, "prefix": PREFIX, "call_seconds": 0.1, "engine": engine}
    shares = [jobs // EDGES + (number < jobs % EDGES) for number in range(EDGES)]
    pauses = [seconds * SUBMITTING / max(1, share) for share in shares]
    edges = [
        Host(f"edge{number}", folder, {**common, "jobs": share, "pause_seconds": pause})
        for number, (share, pause) in enumerate(zip(shares, pauses, strict=True))
    ]
    return edges + [Host(f"worker{number}", folder, {**common, "jobs": 0}) for number in range(WORKERS)]


def _make_a_mess(chaos: Chaos, seconds: float) -> None:
    while not all(host.ready for host in chaos.hosts):
        time.sleep(POLL_SECONDS)
    end = time.monotonic() + seconds
    next_deed = 0.0
    while time.monotonic() < end and not chaos.edges_ended:
        chaos.repair()
        chaos.look()
        if time.monotonic() >= next_deed:
            chaos.disturb()
            next_deed = time.monotonic() + chaos.choose.uniform(0.3, 1.5)
        time.sleep(POLL_SECONDS)


def _settle(chaos: Chaos) -> None:
    """Mend everything, and give the jobs a while to end."""
    chaos.repair(all_of_it=True)
    end = time.monotonic() + SETTLE_SECONDS + 5 * chaos.lease_seconds
    while time.monotonic() < end and not chaos.edges_ended:
        chaos.look()
        time.sleep(POLL_SECONDS)
