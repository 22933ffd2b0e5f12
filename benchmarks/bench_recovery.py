"""Part `recovery`: how many leases pass between the kill of a worker and the moment all its work goes on elsewhere.

    python benchmarks/bench_recovery.py URL LEASE_SECONDS

runs the victim: a worker whose first stage never ends; it prints a line for each job that it has taken.
"""

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.config import RunConfig
from actors.domain.artefacts import Plan
from actors.domain.job import Job, Record, ResearchRequest
from actors.services.base import Services
from actors.stages.base import Artefacts
from benchmarks.bench_options import Options
from benchmarks.bench_ours import CONCURRENCY, Passes, all_completed, check, engine_on, no_op_stages
from benchmarks.bench_server import Server, running_server
from benchmarks.bench_table import Figure, Part, Verdict

JOBS = 40
LEASE_SECONDS = 2.0
MOST_LEASES = 1.5
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Endless:
    """A stage that takes work and keeps it."""

    name: str = "s1"
    artefact: type[Record] = Plan

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Record:  # noqa: ARG002 (see `Stage`)
        """See `stages.Stage`."""
        print(job.job_id, flush=True)
        await asyncio.Event().wait()
        raise AssertionError


def measure(options: Options) -> Part:
    """Kill a worker with all jobs in flight, at another moment of its lease each round, while a second one is idle."""
    leases = []
    with running_server(options.fsync) as server:
        for number in range(options.rounds):
            server.flush()
            share = number / options.rounds
            leases.append(asyncio.run(_round(server, share)) / LEASE_SECONDS)
        settings = {"jobs in flight": JOBS, "lease": f"{LEASE_SECONDS:g} s", "rounds": options.rounds}
        settings |= {"server": server.version, "kept with": server.settings}
    figure = Figure("kill -9 to the last job completed", "leases", tuple(leases), note="no job lost, none twice")
    verdicts = (
        Verdict("leases until all is recovered (median)", MOST_LEASES, median(leases), at_least=False),
        Verdict("leases until all is recovered (longest round)", MOST_LEASES, max(leases), at_least=False),
    )
    return Part("recovery", "Recovery: a worker killed with its hands full", (figure,), verdicts, settings)


async def _round(server: Server, share: float) -> float:
    """The seconds from the kill until the last job is completed; the kill comes at this share of the lease."""
    run = RunConfig(lease_seconds=LEASE_SECONDS, concurrency=CONCURRENCY)
    passes = Passes()
    pipeline = no_op_stages(passes, JOBS)
    async with engine_on(server.url, pipeline, run, actors=False) as door:
        submitted = [await door.submit(ResearchRequest(query="q")) for _ in range(JOBS)]
    victim = _victim(server.url)
    try:
        await asyncio.to_thread(_read_all, victim)
        async with engine_on(server.url, pipeline, run) as engine, asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.sleep(LEASE_SECONDS * (1 + share))
            if passes.ended:
                raise RuntimeError("work was taken from a worker that was alive")
            victim.kill()
            killed = time.perf_counter()
            await all_completed(engine, passes)
            seconds = time.perf_counter() - killed
            await check(engine, submitted)
            if passes.ended != JOBS:
                raise RuntimeError(f"{passes.ended} passes of the last stage for {JOBS} jobs")
    finally:
        victim.kill()
        victim.communicate()
    return seconds


def _victim(url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(Path(__file__).resolve()), url, str(LEASE_SECONDS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _read_all(victim: "subprocess.Popen[str]") -> None:
    """Until it has taken every job."""
    for _ in range(JOBS):
        if not (victim.stdout and victim.stdout.readline()):
            raise RuntimeError("the victim ended by itself")


async def _be_victim(url: str, lease_seconds: float) -> None:
    pipeline = (Endless(), *no_op_stages(Passes(), 0)[1:])
    async with engine_on(url, pipeline, RunConfig(lease_seconds=lease_seconds, concurrency=CONCURRENCY)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_be_victim(sys.argv[1], float(sys.argv[2])))
