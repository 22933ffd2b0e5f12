"""What a run of the benchmarks was asked for."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`jobs` is the size of the engine's part; `concurrency` 0 leaves ours at its own choice.

    `pages` is the folder of pages to research (None: those of the example).
    """

    jobs: int
    rounds: int
    peers: tuple[str, ...]
    fsync: str
    concurrency: int
    cache: Path
    pages: Path | None = None


def cache_folder() -> Path:
    """Where the peers' environments are kept between runs: outside the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "content-research-pipeline" / "bench"
