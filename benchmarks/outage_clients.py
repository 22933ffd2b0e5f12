"""What an outage looks like from outside: jobs that were accepted, their streams, and a client that goes on asking."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import aiohttp

from benchmarks.chaos_processes import ROOT, Program, Server

QUESTION = "What did the Montreal Protocol achieve, and when will the ozone layer recover?"
HEARTBEAT_SECONDS = 15.0
SLACK_SECONDS = 5.0
SETTLE_SECONDS = 300.0
ASK_SECONDS = 1.0
POLL_SECONDS = 0.02
STREAM = {"Accept": "text/event-stream"}


@dataclass
class Heard:
    """One job's stream, over one connection: the times of all its lines, and its events."""

    job_id: str
    times: list[float] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    events: list[object] = field(default_factory=list)

    async def listen(self, web: aiohttp.ClientSession) -> None:
        """To its end."""
        async with web.get(f"/jobs/{self.job_id}/events", headers=STREAM) as response:
            response.raise_for_status()
            async for line in response.content:
                self.times.append(time.monotonic())
                name, _, value = line.decode().strip().partition(": ")
                if name == "id":
                    self.seqs.append(int(value))
                elif name == "event":
                    self.types.append(value)
                elif name == "data":
                    self.events.append(json.loads(value))

    def silence(self, began: float, ended: float) -> float:
        """The longest time without a line in these seconds."""
        times = [began, *(at for at in self.times if began < at < ended), ended]
        return max(after - before for before, after in pairwise(times))


@dataclass
class Outage:
    """When it was, what POST answered meanwhile, and what was heard in the end."""

    seconds: float
    began: float = 0.0
    ended: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    heard: list[Heard] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def open_ones(self) -> list[Heard]:
        """The streams whose jobs were not over when it began."""
        return [each for each in self.heard if each.times[-1] > self.began]

    def __str__(self) -> str:
        """The last line of a run."""
        ends = Counter(each.types[-1] if each.types else "nothing" for each in self.heard)
        silence = max((each.silence(self.began, self.ended) for each in self.open_ones), default=0.0)
        first = min((at for each in self.heard for at in each.times if at > self.ended), default=self.ended)
        last = max((each.times[-1] for each in self.heard if each.times), default=self.ended)
        told = ", ".join(f"{answer} ×{count}" for answer, count in sorted(self.answers.items()))
        return (
            f"away {self.seconds:g} s, {len(self.open_ones)} of {len(self.heard)} jobs not over: "
            f"POST meanwhile {told}; longest silence of a stream {silence:.1f} s; "
            f"back: first line {first - self.ended:.1f} s, all over {last - self.ended:.1f} s later; "
            f"ended {', '.join(f'{end} {count}' for end, count in ends.items())}; wrong {len(self.wrong)}"
        )


async def run(server: Server, seconds: float, jobs: int) -> Outage:
    """Submit, follow, take the server away and bring it back; what went wrong is a line each."""
    outage = Outage(seconds)
    server.start()
    try:
        with (
            _program(server, "service", "app", "serve", "--port", "0") as service,
            _program(server, "worker", "actors") as worker,
        ):
            await _until(lambda: bool(service.address))
            async with aiohttp.ClientSession(service.address, timeout=aiohttp.ClientTimeout(total=None)) as web:
                await _research(server, web, jobs, outage)
                await _compare(web, outage)
            exits = {"service": service.ended, "worker": worker.ended}
        outage.wrong += [f"the {name} ended with {status}" for name, status in exits.items() if status is not None]
    finally:
        server.kill()
    return outage


@contextmanager
def _program(server: Server, name: str, *module: str) -> Iterator[Program]:
    settings = {
        "CRP_REDIS__URL": server.url,
        "CRP_REDIS__FALLBACK": "false",
        "CRP_SEARCH__CORPUS__FOLDER": str(ROOT / "examples" / "corpus"),
        "CRP_ENGINE__PROCESSES": "1",
        "CRP_STORAGE__DATA": str(server.folder / f"{name}.data"),
    }
    program = Program(name, server.folder, module, settings)
    try:
        yield program
    finally:
        program.kill()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while not condition():  # noqa: ASYNC110 (another process brings it about)
            await asyncio.sleep(POLL_SECONDS)


async def _research(server: Server, web: aiohttp.ClientSession, jobs: int, outage: Outage) -> None:
    for _ in range(jobs):
        async with web.post("/research", json={"query": QUESTION, "max_results": 3}) as response:
            response.raise_for_status()
            outage.heard.append(Heard((await response.json())["job_id"]))
    listeners = [asyncio.create_task(each.listen(web)) for each in outage.heard]
    await _until(lambda: any(listener.done() for listener in listeners))
    server.kill()
    outage.began = time.monotonic()
    over = [listener for listener in listeners if listener.done()]
    while time.monotonic() < outage.began + outage.seconds:
        outage.answers[await _ask(web)] += 1
        await asyncio.sleep(ASK_SECONDS)
    cut = len([listener for listener in listeners if listener.done()]) - len(over)
    outage.wrong += [f"{cut} streams ended while the server was away"] if cut else []
    outage.ended = time.monotonic()
    await asyncio.to_thread(server.start)
    await asyncio.wait(listeners, timeout=SETTLE_SECONDS)
    for each, listener in zip(outage.heard, listeners, strict=True):
        if not listener.cancel() and (error := listener.exception()):
            outage.wrong.append(f"the stream of {each.job_id} broke: {error!r}")


async def _ask(web: aiohttp.ClientSession) -> str:
    async with web.post("/research", json={"query": QUESTION}) as response:
        return f"{response.status}{' with Retry-After' if 'Retry-After' in response.headers else ''}"


async def _compare(web: aiohttp.ClientSession, outage: Outage) -> None:
    """Hold what was heard against the logs, and the answers against what an outage should look like."""
    for each in outage.heard:
        async with web.get(f"/jobs/{each.job_id}/events", headers={"Accept": "application/json"}) as response:
            kept = (await response.json())["events"]
        if each.seqs != list(range(1, len(kept) + 1)) or each.events != kept:
            outage.wrong.append(f"{each.job_id} was followed as {each.seqs} of {len(kept)} events")
        if each.types[-1:] != ["completed"]:
            outage.wrong.append(f"{each.job_id} ended with {each.types[-1:]}")
    for each in outage.open_ones:
        if (silent := each.silence(outage.began, outage.ended)) > HEARTBEAT_SECONDS + SLACK_SECONDS:
            outage.wrong.append(f"the stream of {each.job_id} was silent for {silent:.1f} s")
    if set(outage.answers) != {"503 with Retry-After"}:
        outage.wrong.append(f"POST answered {dict(outage.answers)}")
