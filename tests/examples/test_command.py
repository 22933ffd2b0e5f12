"""python examples/client.py as a command: what it prints, and how its exit status tells what became of the job."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "examples" / "client.py"
REPORT = {
    "passages": [{"id": f"p{number}", "source_id": f"s{number}"} for number in (1, 2, 3)],
    "summary": [
        {"sentence": "It is long.", "citations": ["p3", "p1", "p3"]},
        {"sentence": "It is über 2 km long.", "citations": ["p1"]},
    ],
    "sources": [
        {"id": "s1", "title": None, "url": "https://a.example/"},
        {"id": "s2", "title": "Never cited", "url": "https://b.example/"},
        {"id": "s3", "title": "The bridge", "url": "https://c.example/"},
    ],
}


@dataclass(frozen=True)
class Outcome:
    """How the command ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def command():
    """Run the command with these arguments and nothing in its environment but these settings."""

    async def run(*arguments: str, **settings: str) -> Outcome:
        process = await asyncio.create_subprocess_exec(
            sys.executable, CLIENT, *arguments, env=settings | {"PYTHONUTF8": "1"}, stdout=-1, stderr=-1
        )
        out, err = await process.communicate()
        assert b"Traceback" not in err
        return Outcome(process.returncode, out.decode(), err.decode())

    return run


@pytest.fixture
def service(wire, plain, streamed, event):
    """`await service(status, **fields)`: one whose only job ends so."""

    async def listen(status: str, **fields: object):
        at = "2026-03-04T10:00:05+00:00"
        empty = dict.fromkeys(("stage", "stop_reason", "error", "started_at", "completed_at", "report_url"))
        job = empty | {"job_id": "j1", "query": "Why?", "progress": 0.0, "usage": {}, "created_at": at}
        stage = event(1, "stage", seconds=1.25), event(2, "warning", text="s4 is empty")
        return await wire(
            plain(202, job | {"status": "queued"}),
            streamed(*stage),
            streamed(*stage, event(3, status)),
            plain(200, job | {"status": status} | fields),
            plain(200, REPORT),
        )

    return listen


@pytest.mark.parametrize(("status", "exit_status"), [("completed", 0), ("partial", 3)])
async def test_the_answer_comes_with_its_sources(command, service, status, exit_status):
    used = {"tokens": 34_000, "usd": 0.0069}
    server = await service(status, report_url="/reports/j1/report.html", usage=used)
    done = await command("Why?", "--url", f"{server.url}/", API_KEY="secret")
    assert done.status == exit_status, done.err
    assert done.out.splitlines() == [
        "It is long. [1][2]",
        "It is über 2 km long. [2]",
        "",
        "  [1] The bridge  https://c.example/",
        "  [2] https://a.example/  https://a.example/",
        f"{server.url}/reports/j1/report.html",
    ]
    assert [line for line in done.err.splitlines() if "again" not in line] == [
        "job j1",
        "über …",
        "s4 is empty",
        "34,000 tokens, $0.0069",
    ]
    assert {headers["x-api-key"] for _, headers in server.requests} == {"secret"}


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [("failed", "no source could be read", "no source could be read"), ("cancelled", None, "The job was cancelled.")],
)
async def test_a_job_without_a_report_says_why(command, service, status, error, said):
    server = await service(status, error=error)
    done = await command("Why?", "--url", server.url, "--key", "other", API_KEY="secret")
    assert (done.status, done.out, done.err.splitlines()[-1]) == (1, "", said)
    assert {headers["x-api-key"] for _, headers in server.requests} == {"other"}


async def test_a_refusal_is_told_in_a_line(command, wire, plain):
    problem = {"title": "Unauthorized", "status": 401, "detail": "An API key is needed: send it as X-API-Key."}
    server = await wire(plain(401, problem, "application/problem+json"))
    done = await command("Why?", "--url", server.url)
    assert (done.status, done.err) == (1, "401 Unauthorized: An API key is needed: send it as X-API-Key.\n")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("Why?", "--url", "http://127.0.0.1:1"), 1, "127.0.0.1:1"),
        (("Why?", "--url", "nonsense"), 1, "nonsense"),
        (("Why?", "--nonsense"), 2, "--nonsense"),
    ],
)
async def test_wrong_usage_is_told_in_a_line(command, arguments, status, said):
    done = await command(*arguments)
    assert done.status == status
    assert said in done.err.splitlines()[-1]
