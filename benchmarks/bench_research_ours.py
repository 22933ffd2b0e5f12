"""Reports by this project, several at once in one process: prints a JSON line with what they took.

    python bench_research_ours.py STORE_URL MODEL_URL WEB_URL AT_ONCE QUESTION…

The questions are asked in turn until there are AT_ONCE jobs.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.config import (
    EngineConfig,
    FetchConfig,
    LlmConfig,
    RedisConfig,
    RunConfig,
    SearchConfig,
    SearxngConfig,
    StorageConfig,
)
from actors.domain.job import ResearchRequest
from actors.engine import Engine, open_engine
from actors.runtime.interpreter import favour_the_loop

TICK_SECONDS = 0.001
PAGES = 20


def config(folder: Path, store: str, model: str, web: str, at_once: int) -> EngineConfig:
    """All through the proxy, nothing kept in a cache from before."""
    return EngineConfig(
        storage=StorageConfig(data=folder / "data", reports=folder / "reports"),
        redis=RedisConfig(url=store, fallback=False),
        search=SearchConfig(providers=("searxng",), searxng=SearxngConfig(url=web)),
        fetch=FetchConfig(proxy=web, concurrency=PAGES),
        llm=LlmConfig(model="shared", base_url=model, api_key="none"),
        engine=RunConfig(concurrency=max(8, at_once)),
    )


async def report(engine: Engine, query: str) -> dict[str, float]:
    """One report, and how long it took."""
    began = time.perf_counter()
    job = await engine.submit(ResearchRequest(query=query, max_results=PAGES))
    async for event in engine.events(job.job_id):
        if event.type.terminal and event.type not in ("completed", "partial"):
            raise RuntimeError(f"a job {event.type}: {event.data}")
    ended = await engine.job(job.job_id)
    return {"seconds": time.perf_counter() - began, "sources": ended.usage.pages, "calls": ended.usage.model_calls}


async def main(store: str, model: str, web: str, at_once: int, questions: list[str]) -> None:
    """All of them at once, with a ticker on the same loop."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_SECONDS)
            late.append(time.perf_counter() - before - TICK_SECONDS)

    with tempfile.TemporaryDirectory(prefix="crp-bench-") as folder:
        async with open_engine(config(Path(folder), store, model, web, at_once)) as engine:
            await report(engine, "What is a bridge?")  # loads what any first job has to load
            favour_the_loop()
            waited = await asyncio.to_thread(busy_seconds, model, web)
            ticking = asyncio.create_task(tick())
            began, worked = time.perf_counter(), sum(os.times()[:2])
            jobs = [questions[number % len(questions)] for number in range(at_once)]
            reports = await asyncio.gather(*(report(engine, question) for question in jobs))
            seconds = time.perf_counter() - began
            ticking.cancel()
            told = {
                "seconds": seconds,
                "waits": await asyncio.to_thread(busy_seconds, model, web) - waited,
                "reports": reports,
                "longest_block_ms": max(late) * 1_000,
                "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
                "memory_all_mb": memory_of_all(),
                "loop_cpu_seconds": sum(os.times()[:2]) - worked,
            }
    print(json.dumps(told))


def busy_seconds(model: str, web: str) -> float:
    """How long at least one call of the model, or else one request of the web, has been under way until now."""
    seconds = 0.0
    for url in (model.removesuffix("/v1"), web):
        with urllib.request.urlopen(f"{url}/busy", timeout=5) as answer:  # noqa: S310 (loopback)
            seconds += json.loads(answer.read())["seconds"]
    return seconds


def memory_of_all() -> float:
    """Megabytes of this process and those it has started, pages shared between them counted once."""
    kinds = {os.getpid()}
    for path in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda each: int(each.parent.name)):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in kinds:
            kinds.add(int(path.parent.name))
    total = 0
    for pid in kinds:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1_024


if __name__ == "__main__":
    _, store_url, model_url, web_url, count, *asked = sys.argv
    asyncio.run(main(store_url, model_url, web_url, int(count), asked))
