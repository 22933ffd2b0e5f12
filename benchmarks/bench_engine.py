"""Part `engine`: jobs of six no-op stages a second through one worker process, beside the floor and the peers."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.bench_options import Options
from benchmarks.bench_peers import PEERS, Environment, prepare
from benchmarks.bench_server import Server, running_server
from benchmarks.bench_table import Figure, Part, Verdict, ratios

HERE = Path(__file__).resolve().parent
RUN_SECONDS = 240.0
SLOW_SECONDS = 60.0
"""A peer that takes longer runs in the first round alone."""

FLOOR, OURS = "floor", "ours"
FLOOR_SHARE = 0.5
PEER_FACTOR = 2.5


@dataclass(slots=True)
class Contender:
    """One worker and what it has shown so far."""

    name: str
    command: tuple[str, ...]
    rates: dict[int, float] = field(default_factory=dict)
    version: str = ""
    note: str = ""


def measure(options: Options) -> Part:
    """Run all contenders in turn, round by round."""
    contenders = _contenders(options)
    with running_server(options.fsync) as server:
        for number in range(options.rounds):
            for contender in contenders:
                _run(contender, number, server, options)
        settings = {
            "jobs": options.jobs,
            "stages": 6,
            "rounds": options.rounds,
            "server": server.version,
            "kept with": server.settings,
        }
    floor = contenders[0].rates
    figures = tuple(_figure(contender, floor) for contender in contenders)
    return Part(
        "engine",
        "Engine: jobs of six no-op stages through one worker process",
        figures,
        _verdicts(contenders),
        settings,
    )


def _contenders(options: Options) -> list[Contender]:
    ours = [Contender(name, (sys.executable, str(HERE / f"bench_{name}.py"))) for name in (FLOOR, OURS)]
    ready = [prepare(PEERS[name], options.cache) for name in options.peers]
    return [*ours, *map(_peer, ready)]


def _peer(ready: Environment) -> Contender:
    command = (str(ready.python), str(HERE / "peers" / f"{ready.peer.script}.py"))
    return Contender(ready.peer.name, command if not ready.problem else (), version=ready.version, note=ready.problem)


def _run(contender: Contender, number: int, server: Server, options: Options) -> None:
    """One round of one contender; what goes wrong is noted and ends its part in the race."""
    if not contender.command:
        return
    server.flush()
    command = [*contender.command, server.url, str(options.jobs)]
    if contender.name == OURS and options.concurrency:
        command.append(str(options.concurrency))
    seconds, problem = run_worker(command)
    if problem:
        contender.note, contender.command = problem, ()
        if contender.name in (FLOOR, OURS):
            raise RuntimeError(f"{contender.name}: {problem}")
        return
    contender.rates[number] = options.jobs / seconds
    if seconds > SLOW_SECONDS:
        contender.note, contender.command = f"{seconds:.0f} s a round: one round only", ()


def run_worker(command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[float, str]:
    """The seconds that a worker script tells in its last line, or why there are none."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except subprocess.TimeoutExpired:
        return 0.0, f"not done after {RUN_SECONDS:.0f} s"
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        return 0.0, f"exit status {done.returncode}: {said[-1][:160]}"
    return float(json.loads(lines[-1])["seconds"]), ""


def _figure(contender: Contender, floor: Mapping[int, float]) -> Figure:
    numbers = sorted(contender.rates)
    rates = tuple(contender.rates[number] for number in numbers)
    to_floor = ratios(rates, [floor[number] for number in numbers])
    return Figure(contender.name, "jobs/s", rates, to_floor, contender.version, contender.note)


def _verdicts(contenders: Sequence[Contender]) -> tuple[Verdict, ...]:
    floor, ours, *peers = contenders
    shares = ratios(list(ours.rates.values()), list(floor.rates.values()))
    verdicts = [Verdict("ours, of the floor", FLOOR_SHARE, median(shares), at_least=True)]
    if ran := [peer for peer in peers if peer.rates]:
        best = max(ran, key=lambda peer: median(peer.rates.values()))
        factors = [ours.rates[number] / rate for number, rate in best.rates.items()]
        verdicts.append(Verdict(f"ours, of the best peer ({best.name})", PEER_FACTOR, median(factors), at_least=True))
    return tuple(verdicts)
