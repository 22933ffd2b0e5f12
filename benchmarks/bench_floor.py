"""The floor: what six hops cost a hand-written loop that promises nothing.

    python benchmarks/bench_floor.py URL JOBS

A batch is read from all six streams at once, and one pipeline a batch hands its jobs on: XADD to the next stream, HSET
of the artefact, XACK and XDEL. No script, no fence, no event log, no lease.
"""

import asyncio
import json
import sys
import time
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

STEPS = 6
BATCH = 100
GROUP = "workers"


def _stream(step: int) -> bytes:
    return f"floor:s{step}".encode()


async def drain_jobs(url: str, jobs: int) -> float:
    """The seconds that the loop takes for all jobs, which wait in the first stream."""
    redis = Redis.from_url(url, protocol=2, socket_timeout=None)
    try:
        await _fill(redis, jobs)
        began = time.perf_counter()
        ended = 0
        places = {_stream(step): step for step in range(1, STEPS + 1)}
        streams: Any = dict.fromkeys(places, ">")
        while ended < jobs:
            batches: Any = await redis.xreadgroup(GROUP, "c", streams, count=BATCH, block=1_000)
            for stream, entries in batches:
                ended += await _hand_on(redis, stream, places[stream], entries)
        return time.perf_counter() - began
    finally:
        await redis.aclose()


async def _fill(redis: "Redis", jobs: int) -> None:
    pipe = redis.pipeline(transaction=False)
    for step in range(1, STEPS + 1):
        pipe.xgroup_create(_stream(step), GROUP, id="0", mkstream=True)
    for job in range(jobs):
        pipe.xadd(_stream(1), {"job_id": f"j{job}", "round": 0})
    await pipe.execute()


async def _hand_on(redis: "Redis", stream: bytes, step: int, entries: list[tuple[bytes, Any]]) -> int:
    """One pipeline for the batch; answers how many jobs have ended with it."""
    pipe: Pipeline = redis.pipeline(transaction=False)
    for entry, fields in entries:
        if step < STEPS:
            pipe.xadd(_stream(step + 1), fields)
        pipe.hset(b"floor:job:" + fields[b"job_id"], f"s{step}:0", "{}")
        pipe.xack(stream, GROUP, entry)
        pipe.xdel(stream, entry)
    await pipe.execute()
    return len(entries) if step == STEPS else 0


def main() -> None:
    """Print the seconds as JSON."""
    url, jobs = sys.argv[1:3]
    seconds = asyncio.run(drain_jobs(url, int(jobs)))
    print(json.dumps({"seconds": seconds, "version": "redis-py"}))


if __name__ == "__main__":
    main()
