"""Where the engine's own time goes: our worker in this process, under cProfile."""

import asyncio
import cProfile
import pstats

from benchmarks.bench_options import Options
from benchmarks.bench_ours import CONCURRENCY, drain_jobs
from benchmarks.bench_server import running_server

LINES = 45


def profile(options: Options, path: str) -> None:
    """Print what took longest, by its own time and with what it called; `path` (if any) takes the raw figures."""
    watch = cProfile.Profile()
    with running_server(options.fsync) as server:
        seconds = asyncio.run(drain_jobs(server.url, options.jobs, options.concurrency or CONCURRENCY, measured=watch))
    print(f"{options.jobs / seconds:,.0f} jobs/s under the profiler")
    if path:
        watch.dump_stats(path)
    for order in ("tottime", "cumulative"):
        pstats.Stats(watch).strip_dirs().sort_stats(order).print_stats(LINES)
