"""The peers: each comes from the package index into an environment of its own, outside the checkout."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

INSTALL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A library: what to install, whose version counts, and the worker script below `peers/`."""

    name: str
    requirements: tuple[str, ...]
    distribution: str
    script: str


@dataclass(frozen=True, slots=True)
class Environment:
    """A peer's interpreter; `problem` says why there is none."""

    peer: Peer
    python: Path
    version: str = ""
    problem: str = ""


PEERS = {
    peer.name: peer
    for peer in (
        Peer("FastStream", ("faststream[redis]", "hiredis"), "faststream", "faststream_worker"),
        Peer("taskiq", ("taskiq", "taskiq-redis", "hiredis"), "taskiq", "taskiq_worker"),
        Peer("SAQ", ("saq[redis,hiredis]", "typing-extensions"), "saq", "saq_worker"),
        Peer("docket", ("pydocket", "hiredis"), "pydocket", "docket_worker"),
        Peer("arq", ("arq", "hiredis"), "arq", "arq_worker"),
        Peer("streaq", ("streaq", "hiredis"), "streaq", "streaq_worker"),
        Peer("dramatiq", ("dramatiq[redis]", "hiredis"), "dramatiq", "dramatiq_worker"),
        Peer("Celery", ("celery[redis]", "hiredis"), "celery", "celery_worker"),
    )
}


def prepare(peer: Peer, cache: Path) -> Environment:
    """The peer's environment below `cache`, made when it is not there yet."""
    folder = cache / peer.distribution
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        if problem := _install(peer, folder, python):
            return Environment(peer, python, problem=f"cannot be installed: {problem}")
        (folder / "ready").touch()
    code = f"import importlib.metadata as m; print(m.version({peer.distribution!r}))"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return Environment(peer, python, version=found.stdout.strip())


def _install(peer: Peer, folder: Path, python: Path) -> str:
    """Why it failed; empty when it did not."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv") or "uv"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    steps = (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *peer.requirements],
    )
    for step in steps:
        try:
            done = subprocess.run(step, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["uv says nothing"])[-1][:160]
    return ""
