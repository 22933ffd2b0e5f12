import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.timeout(240)  # the first test waits for the image

ROOT = Path(__file__).parents[2]
KEY = "a key for this test"
START_SECONDS = 30
DRAIN_SECONDS = 10


def healthcheck(image):
    return json.loads(image.said["HEALTHCHECK"].removeprefix("CMD "))


def command(image):
    return json.loads(image.said["CMD"])


def listens(port):
    """Cheaper to ask than the health check, which is a process of its own."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def is_healthy(image, environment):
    checked = subprocess.run(healthcheck(image), cwd=image.path("."), env=environment, capture_output=True, check=False)
    return checked.returncode == 0


@contextmanager
def container(image, home, port, **settings):
    """The image's CMD with a home and empty volumes of its own, until its HEALTHCHECK is content."""
    volumes = [image.path(name) for name in json.loads(image.said["VOLUME"])]
    environment = image.environment(HOME=str(home), API_KEY=KEY, CRP_SERVER__PORT=str(port), **settings)
    program = subprocess.Popen(command(image), cwd=image.path("."), env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (listens(port) and is_healthy(image, environment)):
            assert program.poll() is None, f"it ended with {program.returncode}"
            assert time.monotonic() < deadline, "it is not healthy"
            time.sleep(0.05)
        yield program, f"http://127.0.0.1:{port}"
    finally:
        if program.poll() is None:
            program.terminate()
            try:
                program.wait(2 * DRAIN_SECONDS)
            finally:
                program.kill()
        for volume in volumes:
            shutil.rmtree(volume)
            volume.mkdir()


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"X-API-Key": KEY, "Content-Type": "application/json"}), timeout=10) as answer:
        return json.load(answer)


def files(image):
    """Every file that is not in a volume; compiled modules apart, which this build leaves to the first import."""
    volumes = tuple(str(image.path(name)) for name in json.loads(image.said["VOLUME"]))
    found = (path for path in image.root.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {(str(path), path.stat().st_mtime_ns) for path in found if not str(path).startswith(volumes)}


def test_uv_has_the_version_of_the_lock(image):
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    locked = next(package["version"] for package in lock["package"] if package["name"] == "uv")
    uv = image.root.parent / "build/usr/local/bin/uv"
    assert subprocess.check_output([uv, "--version"], text=True).split()[1] == locked


def test_the_image_holds_no_development_tool_and_no_test(image):
    installed = {path.name for path in image.path(".venv/bin").iterdir()}
    assert not installed & {"pytest", "mypy", "ruff", "uv", "lint-imports"}
    there = {path.name for path in image.path(".").iterdir()}
    assert there == {".venv", "config.toml", "examples", "actors", "app", "data", "reports"}


def test_only_the_making_of_the_account_was_skipped_and_it_owns_the_volumes(image):
    (skipped,) = image.skipped
    user, group = image.said["USER"].split(":")
    assert f"useradd --uid {user} " in skipped
    folders = " ".join(Path(name).name for name in json.loads(image.said["VOLUME"]))
    assert skipped.endswith(f"install -d -o {user} -g {group} {folders}")
    assert int(user) > 0


def test_the_interpreter_is_the_base_images(dockerfile, image):
    bases = {step.value.partition(" AS ")[0] for step in dockerfile if step.name == "FROM"}
    assert bases == {"python:3.11-slim-bookworm"}
    home = f"home = {Path(sys._base_executable).resolve().parent}"
    assert home in image.path(".venv/pyvenv.cfg").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    "path",
    [".env", "app/.env", ".git/config", "data/x", "reports/x", ".venv/bin/python", "app/__pycache__/x.pyc", "tests/x"],
)
def test_the_builder_is_never_sent(ignored, path):
    assert ignored(path)


@pytest.mark.parametrize("path", ["uv.lock", "app/__main__.py", "actors/store/redis/x.lua", "examples/corpus/x.pdf"])
def test_the_builder_is_sent(ignored, path):
    assert not ignored(path)


def test_the_container_is_healthy_researches_and_stops_in_order_writing_only_to_its_volumes(image, tmp_path, free_port):
    before = files(image)
    settings = {"CRP_SEARCH__CORPUS__FOLDER": "examples/corpus", "CRP_ENGINE__PROCESSES": "1"}
    with container(image, tmp_path, free_port, **settings) as (program, url):
        job = ask(f"{url}/research", {"query": "When will the ozone layer recover?", "max_results": 3})
        deadline = time.monotonic() + 120
        while (state := ask(f"{url}/status/{job['job_id']}"))["status"] in ("queued", "running"):
            assert time.monotonic() < deadline, state
            time.sleep(0.05)
        assert state["status"] == "completed", state
        program.send_signal(signal.SIGTERM)
        assert program.wait(DRAIN_SECONDS + 5) == 0
    assert files(image) == before
    assert list(tmp_path.iterdir()) == []


def test_the_healthcheck_fails_when_nobody_answers(image, free_port):
    assert not is_healthy(image, image.environment(CRP_SERVER__PORT=str(free_port)))


def test_without_a_key_the_container_says_what_is_missing_and_ends(image, tmp_path, free_port):
    environment = image.environment(HOME=str(tmp_path), CRP_SERVER__PORT=str(free_port))
    with subprocess.Popen(
        command(image), cwd=image.path("."), env=environment, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.wait(START_SECONDS) == 2
        finally:
            program.kill()
        assert "API_KEY" in program.stderr.read()
