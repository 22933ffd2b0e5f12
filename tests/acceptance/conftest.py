"""The command line as a user has it: in a folder of its own, and where it matters a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.__main__ import main

ROOT = Path(__file__).parent.parent.parent
SECONDS = 110


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> dict:
        return json.loads(self.out)


def launch(folder: Path, *arguments: str) -> Outcome:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from app.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=os.environ | {"CRP_ENGINE__PROCESSES": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session", name="launch")
def launch_fixture() -> Callable[..., Outcome]:
    """`launch(folder, *arguments)`: `python -m app …` in this folder, as a process of its own."""
    return launch


@pytest.fixture
def here(tmp_path, monkeypatch, capsys) -> Callable[..., Outcome]:
    """Run the same in this process, in `tmp_path`."""
    monkeypatch.setenv("CRP_ENGINE__PROCESSES", "1")

    def run(*arguments: object, folder: Path = tmp_path) -> Outcome:
        monkeypatch.chdir(folder)
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as usage:
            status = usage.code
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def ozone(tmp_path_factory) -> tuple[Path, dict]:
    """One research over the bundled corpus: its working folder and its report."""
    folder = tmp_path_factory.mktemp("ozone")
    question = "What did the Montreal Protocol achieve, and when will the ozone layer recover?"
    corpus = str(ROOT / "examples" / "corpus")
    outcome = launch(folder, "research", question, "--corpus", corpus, "--max-results", "20", "--json")
    assert outcome.status == 0, outcome.err
    return folder, outcome.report


def sound(folder: Path, report: dict) -> None:
    """Every passage verbatim at its offsets, no citation dangling, at least 95% of the sentences cited."""
    passages = {passage["id"]: passage for passage in report["passages"]}
    for passage in passages.values():
        text = (folder / "reports" / report["job_id"] / "sources" / f"{passage['source_id']}.txt").read_text("utf-8")
        assert text[passage["start"] : passage["end"]] == passage["text"]
    statements = [*report["summary"], *report["findings"]]
    parts = [*statements, *report["timeline"], *report["entities"], *report["relations"]]
    cited = [citation for part in parts for citation in part["citations"]]
    cited += [claim["citation"] for row in report["agreement"] for claim in row["claims"]]
    assert set(cited) <= passages.keys()
    assert sum(bool(statement["citations"]) for statement in statements) >= 0.95 * len(statements)


@pytest.fixture(scope="session")
def assert_sound() -> Callable[[Path, dict], None]:
    return sound
