"""The commands of docs/operations.md, run as they stand there on jobs in every state."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from actors.config import RedisConfig
from actors.domain.events import EventType, Note
from actors.domain.job import JobStatus, ResearchRequest, Spending
from actors.store.records import Fail, Finish, Limits
from actors.store.redis import open_redis_store

TEXT = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
PRELUDE = BLOCKS[0]
COMMANDS = [line for block in BLOCKS[1:] for line in block.splitlines()]

pytestmark = pytest.mark.skipif(not shutil.which("redis-cli"), reason="redis-cli is missing (Debian: redis-tools)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder whose embedded server runs, with a job in each state."""
    root = tmp_path_factory.mktemp("operations")
    with asyncio.Runner() as runner:
        opened = open_redis_store(RedisConfig(), root / "data", "fetch", Limits(max_running=4))
        store = runner.run(opened.__aenter__())
        runner.run(prepare(store))
        yield root
        runner.run(opened.__aexit__(None, None, None))


async def prepare(store):
    for number in range(7):
        await store.jobs.submit(f"j{number}", "default", ResearchRequest(query=f"question {number}"))
    taken = await store.mailboxes.take("fetch", "host:1:a", limit=4, lease_seconds=0.1, block_seconds=0)
    await store.ledger.put("j0", "request", b"answer", stage="fetch", spent=Spending())
    await store.mailboxes.tell(taken[0], [Note(type=EventType.PROGRESS, once="progress")])
    await store.mailboxes.finish(taken[0], Finish(b"x", JobStatus.COMPLETED))
    await store.mailboxes.fail(taken[1], Fail("a bug", "Traceback"))
    await store.mailboxes.retry_later(taken[2], delay_seconds=600)
    await asyncio.sleep(0.01)


@pytest.fixture
def rc(folder):
    def run(command: str) -> str:
        script = f"{PRELUDE}\nJOB=j0\n{command}".replace("IDLE 30000", "IDLE 1")
        done = subprocess.run(
            ["bash", "-euc", script], cwd=folder, capture_output=True, text=True, timeout=10, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def test_the_page_has_commands_for_all_that_it_names():
    for key in ("job:$JOB", "mailbox:fetch", "XPENDING", "delayed", "job:$JOB:events", "crp:dead", "pending:default"):
        assert any(key in command for command in COMMANDS), key


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_answers_with_something(rc, command):
    answer = rc(command)
    assert "ERR" not in answer
    assert answer.strip() not in ("", "0", "-2"), command


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("rc HGET crp:job:$JOB status", "completed"),
        ("rc LLEN crp:pending:default", "1"),
        ("rc SCARD crp:running", "4"),
        ("rc XPENDING crp:mailbox:fetch actors - + 10", "host:1:a"),
        ("rc ZRANGE crp:delayed 0 9 WITHSCORES", "delayed|j2|fetch|0|1"),
        ("rc XREVRANGE crp:dead + - COUNT 1", "a bug"),
        ("rc XREVRANGE crp:job:$JOB:events + - COUNT 1", "completed"),
    ],
)
def test_a_command_shows_what_the_page_says(rc, command, shows):
    assert any(shows == line.strip() for line in rc(command).splitlines())
