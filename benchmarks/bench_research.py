"""Part `research`: whole reports from real pages with a model that takes a second, beside gpt-researcher."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bench_options import Options
from benchmarks.bench_peers import Environment, Peer, prepare
from benchmarks.bench_server import free_port, running_server
from benchmarks.bench_table import Figure, Part, Verdict

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "examples" / "corpus"
LATENCY_SECONDS = 1.0
AT_ONCE, MANY = 20, 50
QUESTIONS = 20
MOST_ROUNDS = 3
RUN_SECONDS = 300.0
START_SECONDS = 15.0
GPT_RESEARCHER = Peer("gpt-researcher", ("gpt-researcher",), "gpt-researcher", "gpt_researcher_reports")
_TITLE = re.compile(r"<title[^>]*>(.*?)(?: - [^<-]*)?</title>", re.DOTALL)


class Track:
    """The model and the web that all are given, as programs of their own."""

    def __init__(self, pages: Path, model: int, web: int) -> None:
        self.pages, self.model, self.web = pages, model, web

    @property
    def model_url(self) -> str:
        """The model's OpenAI API."""
        return f"http://127.0.0.1:{self.model}/v1"

    @property
    def web_url(self) -> str:
        """The search, and the proxy that leads to the pages."""
        return f"http://127.0.0.1:{self.web}"

    def questions(self) -> list[str]:
        """One about each of some pages."""
        files = sorted(self.pages.glob("*.html"))
        chosen = files[:: max(1, len(files) // QUESTIONS)][:QUESTIONS]
        titles = (_TITLE.search(path.read_text("utf-8", "replace")) for path in chosen)
        return [f"What is known of {' '.join(title[1].split())}?" for title in titles if title]


def measure(options: Options) -> Part:
    """One at once, twenty at once, fifty at once; the peer beside the first two."""
    pages = options.pages or CORPUS
    rounds = min(options.rounds, MOST_ROUNDS)
    ours: dict[int, list[dict[str, Any]]] = {1: [], AT_ONCE: [], MANY: []}
    theirs: dict[int, list[dict[str, Any]]] = {1: [], AT_ONCE: []}
    peer = prepare(GPT_RESEARCHER, options.cache) if options.peers else None
    with ExitStack() as stack:
        server = stack.enter_context(running_server(options.fsync))
        track = stack.enter_context(_track(pages))
        for _ in range(rounds):
            for at_once, runs in ours.items():
                server.flush()
                runs.append(_ours(track, server.url, at_once))
            if peer and not peer.problem:
                for at_once, runs in theirs.items():
                    runs.append(_theirs(track, peer, at_once))
        settings = {"pages": len(list(pages.iterdir())), "the model takes": f"{LATENCY_SECONDS:g} s", "rounds": rounds}
        settings |= {"server": server.version}
    return _part(ours, theirs, peer, settings)


def _part(
    ours: dict[int, list[dict[str, Any]]],
    theirs: dict[int, list[dict[str, Any]]],
    peer: Environment | None,
    settings: dict[str, Any],
) -> Part:
    paths = _all(ours[1], "waits")
    alone = tuple(run["reports"][0]["seconds"] for run in ours[1])
    rates = tuple(map(_a_minute, ours[AT_ONCE]))
    figures = [
        Figure("one job", "s", alone, note=_read(ours[1])),
        Figure("its waits for model and web", "s", paths),
        Figure("20 at once", "reports/min", rates, note=_read(ours[AT_ONCE])),
        *_of_process("20 at once", ours[AT_ONCE]),
        Figure("50 at once", "reports/min", tuple(map(_a_minute, ours[MANY])), note=_read(ours[MANY])),
        *_of_process("50 at once", ours[MANY]),
        Figure("50 at once: memory of all its processes", "MB", _all(ours[MANY], "memory_all_mb")),
    ]
    verdicts = [
        Verdict("one job over its waits", 1.3, median(map(float.__truediv__, alone, paths)), at_least=False),
        Verdict("longest block in ms with 50 jobs", 25.0, median(_all(ours[MANY], "longest_block_ms")), at_least=False),
        Verdict("memory in MB with 50 jobs", 1_000.0, median(_all(ours[MANY], "memory_all_mb")), at_least=False),
    ]
    if peer and theirs[1]:
        name, version = peer.peer.name, peer.version
        beside = tuple(map(_a_minute, theirs[AT_ONCE]))
        figures += [
            Figure(f"{name}: one", "s", tuple(run["reports"][0]["seconds"] for run in theirs[1]), version=version),
            Figure(f"{name}: 20 at once", "reports/min", beside, note=_read(theirs[AT_ONCE])),
            *_of_process(f"{name}: 20 at once", theirs[AT_ONCE]),
        ]
        verdicts.append(Verdict("20 at once over gpt-researcher", 1.5, median(rates) / median(beside), at_least=True))
    elif peer:
        figures.append(Figure(peer.peer.name, "", note=peer.problem or "did not run"))
    return Part("research", "Research: whole reports with a model", tuple(figures), tuple(verdicts), settings)


def _of_process(name: str, runs: list[dict[str, Any]]) -> Iterator[Figure]:
    yield Figure(f"{name}: longest block", "ms", _all(runs, "longest_block_ms"))
    yield Figure(f"{name}: memory", "MB", _all(runs, "memory_mb"))


def _all(runs: list[dict[str, Any]], key: str) -> tuple[float, ...]:
    return tuple(run[key] for run in runs)


def _a_minute(run: dict[str, Any]) -> float:
    return 60 * len(run["reports"]) / float(run["seconds"])


def _read(runs: list[dict[str, Any]]) -> str:
    counts = [report["sources"] for run in runs for report in run["reports"]]
    return f"{median(counts):g} pages a report" if counts else ""


@contextmanager
def _track(pages: Path) -> Iterator[Track]:
    track = Track(pages, free_port(), free_port())
    commands = (
        [sys.executable, str(HERE / "bench_model.py"), str(track.model), str(LATENCY_SECONDS)],
        [sys.executable, str(HERE / "bench_web.py"), str(pages), str(track.web)],
    )
    running = [subprocess.Popen(command) for command in commands]
    try:
        _wait(track)
        yield track
    finally:
        for process in running:
            process.kill()
            process.wait()


def _wait(track: Track) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            for port in (track.model, track.web):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/busy", timeout=5).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _ours(track: Track, store: str, at_once: int) -> dict[str, Any]:
    script = str(HERE / "bench_research_ours.py")
    command = [sys.executable, script, store, track.model_url, track.web_url, str(at_once), *track.questions()]
    return _run(command, dict(os.environ))


def _theirs(track: Track, peer: Environment, at_once: int) -> dict[str, Any]:
    script = str(HERE / "peers" / f"{peer.peer.script}.py")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(peer.python.parent),
        "RETRIEVER": "searx",
        "SEARX_URL": track.web_url,
        "http_proxy": track.web_url,
        "no_proxy": "127.0.0.1",
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": track.model_url,
        "SMART_LLM": "openai:gpt-4o-mini",
        "STRATEGIC_LLM": "openai:gpt-4o-mini",
        "EMBEDDING_KWARGS": '{"check_embedding_ctx_length": false}',
    }
    return _run([str(peer.python), script, str(at_once), *track.questions()], environment)


def _run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=RUN_SECONDS, cwd=HERE.parent
    )
    if done.returncode:
        raise RuntimeError(f"{command[1]} failed: {done.stderr[-2_000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
