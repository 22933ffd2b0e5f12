"""The Dockerfile carried out without a container engine: its stages as folders, its steps as what they are."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = re.compile(r"^(CRP_|PYTHON|REDIS_|CHROMA_|API_KEY$|VIRTUAL_ENV$)")
UNREACHABLE = re.compile(r"from versions: none|connection|network|resolve|dns|timed out", re.IGNORECASE)
CONTAINER_PATH = re.compile(r"(?<![\w.~-])/(srv|usr/local)\b")
# They decide how files get to their place, not which: copying and compiling a gigabyte takes most of a minute.
QUICKER = {"UV_COMPILE_BYTECODE": "0", "UV_LINK_MODE": "hardlink"}


@dataclass(frozen=True)
class Instruction:
    name: str
    value: str
    flags: dict[str, str]


@dataclass
class Image:
    """What the last stage leaves: `root` stands for /, `variables` are those of ENV with their paths below it."""

    root: Path
    skipped: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    said: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        return self.root / os.path.normpath(f"{self.workdir}/{name}" if name[0] != "/" else name).lstrip("/")

    def below(self, text: str) -> str:
        """`text` with the container's paths turned into ours."""
        return CONTAINER_PATH.sub(rf"{self.root}/\1", text)

    def environment(self, **more: str) -> dict[str, str]:
        """Of this machine only what reaches a package index; the rest is the image's, and what is given."""
        passed = {name: value for name, value in os.environ.items() if not OWN.match(name)}
        plain = {"PATH": f"{self.root}/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"}
        return passed | plain | self.variables | more


@pytest.fixture
def free_port() -> int:
    with socket.socket() as any_free:
        any_free.bind(("127.0.0.1", 0))
        return any_free.getsockname()[1]


@pytest.fixture(scope="session")
def dockerfile() -> list[Instruction]:
    """The instructions in order: comments dropped, continued lines joined, flags apart."""
    lines = [line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
    instructions = []
    for line in filter(None, "\n".join(lines).replace("\\\n", " ").splitlines()):
        name, _, rest = line.partition(" ")
        flags = {}
        while flag := re.match(r"\s*--([\w-]+)=(\S+)\s*", rest):
            flags[flag[1]] = flag[2]
            rest = rest[flag.end() :]
        instructions.append(Instruction(name, rest.strip(), flags))
    return instructions


@pytest.fixture(scope="session")
def ignored():
    """`ignored(path)` says whether .dockerignore keeps a path out: the last pattern that fits it or a parent counts."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]

    def fits(pattern: str, path: str) -> bool:
        any_depth = re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        return re.fullmatch(f"{any_depth}(/.*)?", path) is not None

    def ask(path: str) -> bool:
        hits = [pattern for pattern in patterns if fits(pattern.removeprefix("!"), path)]
        return bool(hits) and not hits[-1].startswith("!")

    return ask


@pytest.fixture(scope="session")
def context(tmp_path_factory, ignored) -> Path:
    """What would be sent to the builder from a fresh clone: the files git has or would take, less the ignored ones."""
    folder = tmp_path_factory.mktemp("context")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if not ignored(name) and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def image(tmp_path_factory, dockerfile, context) -> Iterator[Image]:
    """The Dockerfile's last stage, made step by step; each stage is made at the same path, as in a container."""
    folder = tmp_path_factory.mktemp("image")
    stages: dict[str, Path] = {}
    made, stage = Image(folder / "root", []), ""
    base = _base(made, folder / "base")
    for step in dockerfile:
        if step.name == "FROM":
            if stage:
                stages[stage] = made.root.rename(folder / stage)
            stage = step.value.partition(" AS ")[2] or "last"
            made = Image(folder / "root", [])
            _copy(base, made.root, into=False)
        else:
            _carry_out(made, step, stages, context)
    yield made
    shutil.rmtree(folder)


def _base(image: Image, kept: Path) -> Path:
    """python:3.11-slim by an environment of this interpreter's own base, where /usr/local would be; `kept` holds it."""
    subprocess.run([sys._base_executable, "-m", "venv", image.root / "usr/local"], check=True)
    return image.root.rename(kept)


def _carry_out(image: Image, step: Instruction, stages: dict[str, Path], context: Path) -> None:
    if step.name == "WORKDIR":
        image.workdir = step.value
        image.path(".").mkdir(parents=True, exist_ok=True)
    elif step.name == "ENV":
        for name, value in re.findall(r"(\w+)=(\S+)", step.value):
            path = image.environment()["PATH"]
            image.variables[name] = QUICKER.get(name, image.below(value).replace("$PATH", path))
    elif step.name == "COPY":
        *sources, target = step.value.split()
        origin = stages[step.flags["from"]] if "from" in step.flags else context
        for source in sources:
            _copy(origin / source.lstrip("/"), image.path(target), into=target.endswith("/"))
    elif step.name == "RUN":
        _run(image, step.value)
    else:
        image.said[step.name] = step.value
    if step.name == "VOLUME":
        for name in re.findall(r'"([^"]+)"', step.value):
            image.path(name).mkdir()


def _copy(source: Path, target: Path, *, into: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, copy_function=os.link)
    else:
        shutil.copyfile(source, target / source.name if into else target)


def _run(image: Image, command: str) -> None:
    """By /bin/sh, except what makes accounts: it needs root, and would add one to this machine.

    The caches of pip and uv are the machine's own, which stand for the mounted ones.
    """
    if "useradd" in command:
        image.skipped.append(command)
        return
    shell = ["/bin/sh", "-c", image.below(command)]
    done = subprocess.run(
        shell, cwd=image.path("."), env=image.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode and re.search(r"\b(pip|uv)\b", command) and UNREACHABLE.search(done.stderr):
        pytest.skip(f"no package index or cache can be reached: {done.stderr[-500:]}")
    assert done.returncode == 0, done.stderr
