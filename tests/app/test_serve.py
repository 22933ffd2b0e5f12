"""`python -m app serve` as operators have it: a process of its own, real signals, the real stages over real files."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from app.__main__ import main
from app.serve import _until

ROOT = Path(__file__).parents[2]
CODE = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from app.__main__ import main; sys.exit(main())"
CORPUS = ROOT / "examples" / "corpus"
TEXTS = ("montreal-protocol.html", "ozone-hole-records.html", "a-treaty-that-worked.html")
QUESTION = "What did the Montreal Protocol achieve, and when will the ozone layer recover?"
SECONDS = 60


@dataclass
class Service:
    """A process, and what it has logged."""

    process: subprocess.Popen
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8")

    @property
    def address(self) -> str:
        return re.search(r"listening on (\S+)", self.log).group(1)

    def says(self, text: str) -> None:
        """Wait until it has logged this."""
        deadline = time.monotonic() + SECONDS
        while text not in self.log:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.01)

    def end(self, number: int) -> tuple[int, float]:
        """Send the signal; answers the exit status, and after how many seconds it came."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(SECONDS), time.monotonic() - began


def launch(folder: Path, *options: str, **environment: str) -> Service:
    """A service in this folder, on a free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRP_", "API_KEY", "REDIS_"))}
    settings = {"CRP_REDIS__URL": "memory", "CRP_ENGINE__PROCESSES": "1"} | environment
    log_file = folder / "log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, "serve", *(options or ("--port", "0"))],
            cwd=folder,
            env=kept | settings,
            stdout=log,
            stderr=log,
        )
    return Service(process, log_file)


@pytest.fixture
def start(tmp_path):
    """`start(*options, **environment)`: a service in `tmp_path`."""
    services = []

    def begin(*options: str, **environment: str) -> Service:
        services.append(launch(tmp_path, *options, **environment))
        return services[-1]

    yield begin
    for service in services:
        service.process.kill()
        service.process.wait()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One for the tests that need it to have loaded its libraries; the last of them ends it."""
    folder = tmp_path_factory.mktemp("service")
    (folder / "corpus").mkdir()
    for name in TEXTS:
        shutil.copy(CORPUS / name, folder / "corpus")
    settings = {
        "CRP_SEARCH__CORPUS__FOLDER": "corpus",
        "CRP_SEARCH__PROVIDERS": '["corpus"]',
        "CRP_SERVER__DRAIN_SECONDS": "2",
        "CRP_FETCH__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "CRP_FETCH__TIMEOUT_SECONDS": "60",
    }
    begun = launch(folder, **settings)
    begun.says("listening on")
    yield begun
    begun.process.kill()
    begun.process.wait()


@pytest.fixture
def complaint(tmp_path, monkeypatch, capsys):
    """What a service says that does not start, and its exit status."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRP_REDIS__URL", "memory")

    def run(*options: str, **environment: str) -> tuple[str, int]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            status = main(["serve", *(options or ("--port", "0"))])
        except SystemExit as usage:
            status = usage.code
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return said.strip().splitlines()[-1], status

    return run


async def test_a_question_is_asked_followed_and_answered(service):
    assert "no API key is configured" in service.log
    async with aiohttp.ClientSession(service.address) as client:
        async with client.post("/research", json={"query": QUESTION, "max_results": 3}) as response:
            job = await response.json()
            assert response.status == 202
        async with client.get(job["events_url"]) as response:
            text = await response.text()
        numbers = [int(number) for number in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert re.findall(r"^event: (\w+)$", text, re.MULTILINE)[-1] == "completed"
        told = await (await client.get(f"/status/{job['job_id']}")).json()
        assert told["status"] == "completed"
        assert told["result"]["summary"]
        assert told["usage"]["pages"] > 0
        async with client.get(told["report_url"]) as response:
            assert QUESTION in await response.text()
        for passage in told["result"]["passages"][:5]:
            async with client.get(f"/reports/{job['job_id']}/sources/{passage['source_id']}.txt") as response:
                text = await response.text()
            assert text[passage["start"] : passage["end"]] == passage["text"]
    assert "Traceback" not in service.log


async def test_a_stop_ends_open_streams_and_waits_for_no_longer_than_it_may(service):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        async with aiohttp.ClientSession(service.address) as client:
            job = await (await client.post("/research", json={"query": "Why?", "urls": [url]})).json()
            async with client.get(job["events_url"]) as response:
                while b"fetch" not in (seen := await response.content.readline()):
                    assert seen
                stop = asyncio.create_task(asyncio.to_thread(service.end, signal.SIGTERM))
                assert b"cancelled" not in await response.content.read()
            status, seconds = await stop
    assert (status, service.log.splitlines()[-1].endswith("stopping")) == (0, True)
    assert seconds < 2 + 10, service.log
    assert "Traceback" not in service.log


def test_a_service_that_is_still_starting_stops_at_once(start):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        service = start(CRP_REDIS__URL=url, CRP_REDIS__CONNECT_SECONDS="60")
        service.says("no API key")
        silent.settimeout(SECONDS)
        with silent.accept()[0]:
            status, _ = service.end(signal.SIGTERM)
    assert (status, "listening" in service.log) == (0, False)


async def test_a_service_with_a_key_logs_neither_it_nor_query_strings_and_ctrl_c_ends_it_in_order(start):
    service = start("--port", "0", "--access-log", API_KEY="secret")
    service.says("listening on http://127.0.0.1:")
    headers = {"X-Request-ID": "r-1", "X-API-Key": "secret"}
    async with aiohttp.ClientSession(service.address) as client:
        await client.get("/jobs?limit=7", headers=headers)
    service.says("r-1")
    line = next(line for line in service.log.splitlines() if "r-1" in line)
    assert re.search(r"127\.0\.0\.1 GET /jobs 200 \d+ \d+ ms r-1$", line)
    assert "no API key" not in service.log
    assert "secret" not in service.log
    status, _ = service.end(signal.SIGINT)
    assert (status, service.log.splitlines()[-1].endswith("stopping")) == (0, True)


def test_a_port_that_is_taken_stops_the_start(complaint):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = f"cannot listen on 127.0.0.1 port {port} (Address already in use): choose another with --port"
        assert complaint("--port", port) == (said, 1)


@pytest.mark.parametrize("what", ["data", "reports"])
def test_a_folder_that_cannot_be_written_stops_the_start(complaint, tmp_path, what):
    (tmp_path / what).write_text("a file where a folder should be")
    assert complaint() == (f"{what} cannot be written to {what} (File exists): set storage.{what}", 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "0.0.0.0"), "without an API key the service listens on loopback only"),
        (("--port", "99999"), "server.port = 99999 is not allowed"),
        (("--config", "none.toml"), "none.toml cannot be read"),
        (("--port", "http"), "invalid int value"),
    ],
)
def test_a_wrong_setting_stops_the_start(complaint, options, said):
    line, status = complaint(*options)
    assert said in line
    assert status == 2


def test_a_stage_that_does_not_exist_stops_the_start(complaint):
    line, status = complaint(CRP_ENGINE__STAGES=json.dumps(["fly"]))
    assert "there is no stage 'fly'" in line
    assert status == 2


class Failing:
    """An engine that has failed already."""

    healthy = False

    async def failed(self):
        pass


async def test_a_service_whose_engine_has_failed_ends_as_failed():
    assert await _until(asyncio.Event(), Failing(), failed_seconds=0.01) == 1
