"""Workers on hosts of their own, here network namespaces, share one server; one host is cut off for a while."""

import random
import secrets
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest

from benchmarks.chaos_processes import Host, Server

LEASE_SECONDS = 1.0
HOSTS = 2
SHARE = 0.4
"""At most this part of the time that 500 jobs of another tenant take may a single job wait for them."""


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Machine:
    """A namespace with one cable to the machine that the server runs on; all names begin with `name`."""

    name: str
    number: int

    @property
    def server_address(self):
        return f"198.18.{self.number}.1"

    @property
    def command(self):
        return ("ip", "netns", "exec", self.name)

    def make(self):
        """Answers why it cannot be made; empty when it was."""
        inside = ("netns", "exec", self.name, "ip")
        steps = (
            ("netns", "add", self.name),
            ("link", "add", f"{self.name}a", "type", "veth", "peer", "name", f"{self.name}b"),
            ("link", "set", f"{self.name}b", "netns", self.name),
            ("addr", "add", f"{self.server_address}/30", "dev", f"{self.name}a"),
            ("link", "set", f"{self.name}a", "up"),
            (*inside, "addr", "add", f"198.18.{self.number}.2/30", "dev", f"{self.name}b"),
            (*inside, "link", "set", f"{self.name}b", "up"),
            (*inside, "link", "set", "lo", "up"),
        )
        return next((done.stderr.strip() for done in (ip(*step) for step in steps) if done.returncode), "")

    def cut_off(self):
        assert not ip("link", "set", f"{self.name}a", "down").returncode

    def connect(self):
        assert not ip("link", "set", f"{self.name}a", "up").returncode

    def remove(self):
        ip("link", "del", f"{self.name}a")
        ip("netns", "del", self.name)


@pytest.fixture
def machines():
    if shutil.which("ip") is None:
        pytest.skip("there is no program `ip` (Debian: apt install iproute2)")
    numbers = random.sample(range(1, 255), HOSTS)  # a run that was killed has left its own behind
    made = [Machine(f"crp{secrets.token_hex(3)}", number) for number in numbers]
    try:
        if problem := next(filter(None, (machine.make() for machine in made)), ""):
            pytest.skip(f"network namespaces cannot be made here: {problem}")
        yield made
    finally:
        for machine in made:
            machine.remove()


@pytest.fixture
def password():
    return secrets.token_urlsafe(12)


@pytest.fixture
def port(free_port):
    return free_port()


@pytest.fixture
def server(short_folder, password, port):
    running = Server(short_folder, ("--requirepass", password, "--port", str(port), "--bind", "0.0.0.0"), password)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def workers(machines, password, port, short_folder):
    """A worker on each machine, with its machine."""
    started = []
    for machine in machines:
        settings = {
            "url": f"redis://:{password}@{machine.server_address}:{port}/0",
            "prefix": "crash",
            "call_seconds": 0.02,
            "engine": {"lease_seconds": LEASE_SECONDS},
        }
        started.append(Host(machine.name, short_folder, settings, machine.command))
    yield list(zip(started, machines, strict=True))
    for host in started:
        host.kill()


@pytest.mark.timeout(90)
async def test_a_host_that_is_cut_off_in_mid_stage_and_comes_back_loses_and_doubles_nothing(
    workers, ask, completed, told_all, until, noted, go, client
):
    (away, cable), (there, _) = workers
    hosts = away, there
    await until(lambda: away.ready and there.ready)
    jobs = [await ask("q search=wait") for _ in range(8)]
    for job_id in jobs:
        await told_all(job_id)
    stuck = {line["job"] for line in noted([away], "begin") if line["stage"] == "search"}
    assert stuck
    cable.cut_off()
    await until(lambda: stuck <= {line["job"] for line in noted([there], "begin") if line["stage"] == "search"})
    go()
    for job_id in jobs:
        await completed(job_id)
    more = [await ask() for _ in range(4)]
    cable.connect()
    await until(lambda: all(f"search:0 of {job_id} was taken away" in away.log for job_id in stuck))
    for job_id in more:
        await completed(job_id)
    assert [host.ended for host in hosts] == [None, None]
    calls = Counter((line["job"], line["stage"], line["number"]) for line in noted(hosts, "call"))
    assert [call for call, times in calls.items() if times > 1 and call[0] in stuck and call[1] == "search"] == []
    assert not [line for line in noted(hosts, "call") if line["known"]]
    last = (await ask()), (await ask())
    for job_id in last:
        await completed(job_id)
    assert not client.scard("crash:running")


@pytest.mark.timeout(90)
async def test_one_tenants_500_jobs_do_not_hold_up_another_tenants_single_one(start, ask, edge, followed, capsys):
    for name in ("one", "two"):
        await start(name)
    many = [await ask("q calls=0", tenant="many") for _ in range(500)]
    events = await followed(await ask("q calls=0", tenant="single"))
    single = events[-1].at - events[0].at
    first = (await edge.job(many[0])).created_at
    all_of_them = max([(await followed(job_id))[-1].at - first for job_id in many])
    with capsys.disabled():
        sys.stdout.write(f" [500 jobs: {all_of_them:.1f} s; another tenant's one behind them: {single:.2f} s] ")
    assert single < SHARE * all_of_them
