"""The project's speed in one run: floors, ours and peers side by side, against the targets.

    python benchmarks/bench.py [PART …] [--jobs N] [--rounds N] [--no-peers | --peers A,B] [--out FILE]
    python benchmarks/bench.py engine --profile [FILE]

Without a part, all run. A run of the full size writes benchmarks/results.json; a smaller one only what `--out` names.
The exit status is 0 even where a target is missed: the table says MISSED.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __package__ in (None, ""):
    sys.path.insert(0, str(ROOT))

# The folder above has to be known first when this runs as a script, so these cannot stand at the top.
from benchmarks.bench_options import Options, cache_folder  # noqa: E402
from benchmarks.bench_peers import PEERS  # noqa: E402
from benchmarks.bench_server import FSYNCS  # noqa: E402
from benchmarks.bench_table import Part, save, table  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results.json"
PARTS = ("engine", "submit", "latency", "sse", "lag", "recovery", "research")
JOBS = 1_000
ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts and print their tables."""
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    options = _options(chosen)
    if chosen.profile is not None:
        from benchmarks.bench_profile import profile

        profile(options, chosen.profile)
        return
    parts = []
    for name in chosen.parts or PARTS:
        parts.append(_measure(name)(options))
        print(f"\n{table(parts[-1])}", flush=True)
    full = (options.jobs, options.rounds, options.peers) == (JOBS, ROUNDS, tuple(PEERS))
    if out := chosen.out or (RESULTS if full else None):
        save(out, parts)


def _measure(name: str) -> Callable[[Options], Part]:
    measure: Callable[[Options], Part] = import_module(f"benchmarks.bench_{name}").measure
    return measure


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure the project's speed against its targets.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"jobs of the engine's part (default: {JOBS:,})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    parser.add_argument("--peers", default=",".join(PEERS), metavar="A,B", help=f"of {','.join(PEERS)} (default: all)")
    parser.add_argument("--no-peers", action="store_true", help="the floor and ours alone")
    parser.add_argument("--fsync", choices=FSYNCS, default="everysec", help="of the server, for all alike")
    parser.add_argument("--concurrency", type=int, default=0, metavar="N", help="ours: jobs at once in each stage")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="research these pages (default: the example's)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results here")
    parser.add_argument(
        "--profile",
        nargs="?",
        const="",
        metavar="FILE",
        help="run ours once under cProfile; keep the raw figures in FILE",
    )
    return parser


def _options(chosen: argparse.Namespace) -> Options:
    peers = () if chosen.no_peers else tuple(filter(None, chosen.peers.split(",")))
    if unknown := set(peers) - set(PEERS):
        sys.exit(f"there is no peer {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    return Options(chosen.jobs, chosen.rounds, peers, chosen.fsync, chosen.concurrency, cache_folder(), chosen.pages)


if __name__ == "__main__":
    main()
