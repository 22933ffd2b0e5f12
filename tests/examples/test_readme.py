"""examples/README.md as its readers have it: every block is run, in the order of the page, in a folder like theirs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "examples" / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:8000"
SECONDS = 60
TEXTS = ("halley-bay-discovery.html", "kigali-amendment.html", "ozone-diplomacy.pdf", "scientific-assessment-2022.html")
OFFLINE_MAKE = 'make() { command make -o .venv/installed "$@"; }\n'


def blocks(kind: str) -> list[str]:
    return [text for each, text in BLOCKS if each == kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, checkout):
    """Theirs, but of the texts it has no more than the page's questions are about."""
    made = checkout(tmp_path_factory.mktemp("readme"))
    examples = made / "examples"
    examples.unlink()
    (examples / "corpus").mkdir(parents=True)
    (examples / "client.py").symlink_to(ROOT / "examples" / "client.py")
    for name in TEXTS:
        shutil.copy(ROOT / "examples" / "corpus" / name, examples / "corpus")
    return made


@pytest.fixture(scope="module")
def service(folder, launch):
    """The service as the page starts it, but for the port and the check that the environment is new."""
    (command,) = blocks("console")
    return launch(folder, "bash", "-ec", OFFLINE_MAKE + command.removeprefix("$ ")).ready()


@pytest.fixture
def run(folder, environment):
    def run(*command: str, **settings: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            command,
            cwd=folder,
            env=environment | settings,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return run


def test_every_block_is_of_a_kind_that_is_run_here():
    assert {kind for kind, _ in BLOCKS} == {"console", "sh", "python"}
    assert blocks("sh")[0] == f"CRP={ADDRESS}\n"


def test_the_client_answers_in_the_terminal(run, service):
    where, command, _ = blocks("sh")
    done = run("bash", "-euc", where.replace(ADDRESS, service.url) + command)
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert re.search(r"\[1\]", first)
    assert re.search(r"^  \[1\] .+  corpus:\S+$", done.stdout, re.MULTILINE)
    assert re.fullmatch(rf"{service.url}/reports/\S+/report\.html", last)
    assert re.search(r"^verify: \d+\.\d s$", done.stderr, re.MULTILINE)


def test_the_client_is_used_from_python(run, service, folder):
    (code,) = blocks("python")
    done = run(sys.executable, "-Werror", "-c", code.replace(ADDRESS, service.url), PYTHONPATH="examples")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    numbers = [int(number) for number in re.findall(r"^(\d+) \w+ \w*$", done.stdout, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert f"{len(numbers)} completed " in lines
    assert lines[0].startswith("at most 20 pages, $0.00: ['Who discovered the ozone hole?'")
    assert any("ozone" in line and line.endswith("']") for line in lines[1:])
    assert re.search(r"^\d+ pages, 0 tokens$", done.stdout, re.MULTILINE)
    assert len(re.findall(r"^0\.\d+ corpus:\S+ s\d+ \d+ \d+$", done.stdout, re.MULTILINE)) == 2
    assert "Who discovered the ozone hole?" in lines[-2]
    assert lines[-1].startswith("404 Not Found: There is no job")
    assert "<!doctype html" in (folder / "report.html").read_text("utf-8").lower()
    assert (folder / "evidence.zip").read_bytes().startswith(b"PK")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is missing (Debian: curl)")
def test_all_of_it_can_be_done_with_curl(run, service, folder):
    where, _, commands = blocks("sh")
    done = run("bash", "-euo", "pipefail", "-c", where.replace(ADDRESS, service.url) + commands)
    assert (done.returncode, done.stderr) == (0, "")
    ids = [int(number) for number in re.findall(r"^id: (\d+)$", done.stdout, re.MULTILINE)]
    last = max(ids)
    assert ids == [*range(1, last + 1), *range(6, last + 1)]
    assert f'"last": {last}' in done.stdout
    assert '{"query": "refrigerants", "results": [{' in done.stdout
    assert '"rounds": 2' in done.stdout
    assert re.search(r"\}204$", done.stdout, re.MULTILINE)
    assert '"status": 404' in done.stdout.splitlines()[-1]
    assert (folder / "evidence.zip").read_bytes().startswith(b"PK")
