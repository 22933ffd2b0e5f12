"""Takes the server away for a minute in the middle of 30 jobs, and counts what the service's clients saw of it.

    python benchmarks/outage.py [--seconds 60] [--jobs 30] [--server PROGRAM]

The real service and one more worker work on the files of `examples/corpus`; each job is followed over one connection,
which may not end before the job does. The last line tells the figures; the exit status is 1 if anything is wrong.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and tell; answers the exit status."""
    from benchmarks.chaos_processes import Server
    from benchmarks.outage_clients import run

    parser = argparse.ArgumentParser(description="Take the server away, and count what clients saw of it.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long it is away (default: 60)")
    parser.add_argument("--jobs", type=int, default=30, help="how many are at work (default: 30)")
    parser.add_argument("--server", default="", metavar="PROGRAM", help="redis-server, for one (default: Valkey's own)")
    parsed = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="crp-outage-"))
    server = Server(folder, program=parsed.server)
    found = asyncio.run(run(server, parsed.seconds, parsed.jobs))
    for line in found.wrong:
        print(line)
    if found.wrong:
        print(f"logs are in {folder}")
    else:
        shutil.rmtree(folder)
    print(f"{server.version}: {found}")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
