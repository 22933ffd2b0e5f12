"""The benchmarks themselves: small, without peers, and never a judgement of speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench_table import Figure, Part, Verdict, ratios, save, table

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def part():
    floor, ours = (100.0, 200.0, 400.0), (60.0, 80.0, 200.0)
    figures = (
        Figure("floor", "jobs/s", floor, ratios(floor, floor)),
        Figure("ours", "jobs/s", ours, ratios(ours, floor)),
        Figure("a peer", "jobs/s", note="cannot be installed: no network"),
    )
    return Part("engine", "Engine", figures, (Verdict("ours, of the floor", 0.5, 0.4, at_least=True),))


def test_the_engine_part_runs_and_writes_what_it_found(tmp_path):
    out = tmp_path / "results.json"
    command = ["benchmarks/bench.py", "engine", "--jobs", "20", "--rounds", "1", "--no-peers", "--out", out]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    assert "| ours |" in done.stdout
    found = json.loads(out.read_text())["engine"]
    assert [figure["name"] for figure in found["figures"]] == ["floor", "ours"]
    assert all(figure["median"] > 0 for figure in found["figures"])
    assert found["machine"]["cores"] >= 1


def test_a_missed_target_is_said_and_a_reached_one_is_met(part):
    assert "**MISSED**: ours, of the floor ≥ 0.5: 0.4" in table(part)
    assert Verdict("p99 in ms", 50, 50, at_least=False).met


def test_a_ratio_is_to_the_floor_of_its_own_round(part):
    assert part.figures[1].ratios == (0.6, 0.4, 0.5)
    assert "| ours | 80 jobs/s | 60 jobs/s | 200 jobs/s | 0.50 (0.40–0.60) |" in table(part)


def test_a_peer_that_could_not_run_stays_in_the_table_with_its_reason(part):
    assert "| a peer | – | – | – | – | cannot be installed: no network |" in table(part)


def test_a_part_that_is_run_alone_leaves_the_others_results(part, tmp_path):
    out = tmp_path / "results.json"
    out.write_text('{"sse": {"title": "SSE"}}')
    save(out, [part])
    assert set(json.loads(out.read_text())) == {"sse", "engine"}
