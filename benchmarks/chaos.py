"""Kills, pauses and restarts everything, at random, while jobs are at work; then counts what was lost or done twice.

    python benchmarks/chaos.py [--seconds 120] [--seed 1] [--jobs 300] [--lease 1.0] [--server PROGRAM]

Two edges submit jobs and follow them, three workers work, and one server keeps everything (`appendfsync always`). The
last line tells the figures; the exit status is 1 if anything is wrong. The same seed does the same things, at about the
same times: what is at work just then is the machine's choice.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and tell; answers the exit status."""
    from benchmarks.chaos_mess import run
    from benchmarks.chaos_processes import Server

    parser = argparse.ArgumentParser(description="Kill everything at random, and count what was lost or done twice.")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long to go on at most (default: 120)")
    parser.add_argument("--seed", type=int, default=1, help="another one does other things (default: 1)")
    parser.add_argument("--jobs", type=int, default=300, help="how many (default: 300)")
    parser.add_argument("--lease", type=float, default=1.0, help="seconds (default: 1)")
    parser.add_argument("--server", default="", metavar="PROGRAM", help="redis-server, for one (default: Valkey's own)")
    parsed = parser.parse_args(arguments)
    if parsed.server and not shutil.which(parsed.server):
        parser.error(f"there is no program {parsed.server!r}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="crp-chaos-"))
    began = time.monotonic()
    server = Server(folder, program=parsed.server)
    findings, chaos = run(server, parsed.seconds, parsed.seed, parsed.jobs, parsed.lease)
    for kind, cases in findings.wrong.items():
        for case in cases[:10]:
            print(f"{kind}: {case}")
    deeds = ", ".join(f"{deed} ×{chaos.done.count(deed)}" for deed in sorted(set(chaos.done)))
    took = time.monotonic() - began
    print(f"{server.version}, seed {parsed.seed}, lease {parsed.lease:g} s, {took:.0f} s: {deeds}")
    if findings.right:
        shutil.rmtree(folder)
    else:
        print(f"logs, journals and the server's data are in {folder}")
    print(findings)
    return 0 if findings.right else 1


if __name__ == "__main__":
    sys.exit(main())
