import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest
import redis
import yaml

from actors.config import EngineConfig
from actors.settings import load
from app.config import AppConfig

ROOT = Path(__file__).parents[2]
SECRETS = {"API_KEY": "an api key", "REDIS_PASSWORD": """p"a's\\s w$o:r/d@#"""}
WAIT_SECONDS = 20


class MissingError(Exception):
    """`${NAME:?why}` without NAME."""


def interpolate(text, variables):
    """Compose's `${NAME:-default}`, `${NAME:?why}` and `$$`."""

    def one(found):
        name, default, why = found.group("name", "default", "why")
        if not name:
            return "$"
        if why and not variables.get(name):
            raise MissingError(why)
        return variables.get(name) or default

    return re.sub(r"\$\$|\$\{(?P<name>\w+):(?:-(?P<default>[^}]*)|\?(?P<why>[^}]*))\}", one, text)


def resolve(tree, variables):
    if isinstance(tree, dict):
        return {key: resolve(value, variables) for key, value in tree.items()}
    if isinstance(tree, list):
        return [resolve(value, variables) for value in tree]
    return interpolate(tree, variables) if isinstance(tree, str) else tree


@pytest.fixture(scope="module")
def raw():
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def services(raw):
    return resolve(raw["services"], SECRETS)


@pytest.fixture
def settings(services, dockerfile, tmp_path, monkeypatch):
    """`settings(service, kind)`: what the program in that container would read."""
    monkeypatch.chdir(tmp_path)  # away from a .env of this checkout
    of_image = {
        name: value
        for step in dockerfile
        if step.name == "ENV"
        for name, value in re.findall(r"(CRP_\w+)=(\S+)", step.value)
    }

    def read(service, kind, ignore=()):
        variables = of_image | services[service]["environment"]
        assert all(isinstance(value, str) for value in variables.values())
        return load(kind, file=ROOT / "config.toml", environment=variables, ignore=ignore)

    return read


def moved(command, changes):
    """The command as it would be in a container of its own, on a port and folder of this machine."""
    for old, new in changes.items():
        assert any(old in part for part in command), old
        command = [part.replace(old, new) for part in command]
    return command


@contextmanager
def running(command, **options):
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options) as program:
        try:
            yield program
        finally:
            program.terminate()
            try:
                program.wait(WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                raise


def passes(check, **options):
    check = ["/bin/sh", "-c", *check[1:]] if check[0] == "CMD-SHELL" else check[1:]
    return subprocess.run(check, capture_output=True, timeout=5, check=False, **options).returncode == 0


def becomes_healthy(program, check, **options):
    deadline = time.monotonic() + WAIT_SECONDS
    while not passes(check, **options):
        assert program.poll() is None, f"it ended with {program.returncode}"
        assert time.monotonic() < deadline, "it is not healthy"
        time.sleep(0.05)


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_starts_without_its_secrets_and_the_message_names_what_to_set(raw, name):
    with pytest.raises(MissingError, match=f"set {name} in .env"):
        resolve(raw["services"], SECRETS | {name: ""})


def test_the_api_reads_its_settings_from_what_it_is_given(services, settings):
    config = settings("api", AppConfig)
    assert config.server.host == "0.0.0.0"
    assert not config.server.actors
    assert config.auth.api_key
    assert not config.auth.allow_open
    assert config.redis.url == "redis://:p%22a%27s%5Cs%20w%24o%3Ar%2Fd%40%23@redis:6379/0"
    assert not config.redis.fallback
    assert (config.chroma.host, config.chroma.port) == ("chroma", 8000)
    assert config.server.port == int(services["api"]["ports"][0].rpartition(":")[2])


def test_a_worker_shares_the_store_with_the_api_and_is_not_told_the_key(services, settings):
    worker = settings("worker", EngineConfig, ignore=("server", "auth"))
    api = settings("api", AppConfig)
    assert (worker.redis, worker.chroma, worker.search) == (api.redis, api.chroma, api.search)
    assert "API_KEY" not in services["worker"]["environment"]


def test_both_programs_run_the_image_that_is_built_here(services):
    assert services["api"]["build"] == "."
    assert services["worker"]["image"] == services["api"]["image"]
    assert "build" not in services["worker"], "two builds of one tag may collide"


def test_the_commands_are_known_to_the_programs(services, dockerfile):
    of_image = yaml.safe_load(next(step.value for step in reversed(dockerfile) if step.name == "CMD"))
    for command in (of_image, services["worker"]["command"]):
        assert command[0] == "python"
        subprocess.run([sys.executable, *command[1:], "--help"], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def test_the_time_to_stop_is_longer_than_the_drain(services, settings):
    for name in ("api", "worker"):
        assert (
            float(services[name]["stop_grace_period"].removesuffix("s"))
            > settings("api", AppConfig).server.drain_seconds
        )


def test_only_the_api_is_published_and_on_loopback_unless_asked_otherwise(raw, services):
    assert [name for name, service in services.items() if "ports" in service] == ["api"]
    assert services["api"]["ports"] == ["127.0.0.1:8000:8000"]
    public = resolve(raw["services"]["api"]["ports"], {"PUBLISH": "0.0.0.0:80"})
    assert public == ["0.0.0.0:80:8000"]


def test_the_backends_are_reached_from_inside_only(raw, services):
    assert raw["networks"]["backend"] == {"internal": True}
    for name in ("redis", "chroma"):
        assert services[name]["networks"] == ["backend"]
    for name in ("api", "worker"):
        assert services[name]["networks"] == ["backend", "outside"]


def test_every_service_is_checked_or_waits_for_those_that_are(services, dockerfile):
    assert any(step.name == "HEALTHCHECK" for step in dockerfile), "the api's"
    for name in ("redis", "chroma"):
        assert services[name]["healthcheck"]["test"]
    for name in ("api", "worker"):
        waits = services[name]["depends_on"]
        assert {other: wait["condition"] for other, wait in waits.items()} == {
            "redis": "service_healthy",
            "chroma": "service_healthy",
        }
    assert services["worker"]["healthcheck"] == {"disable": True}


def test_every_service_comes_back_and_is_confined(services):
    for name, service in services.items():
        assert service["restart"] == "unless-stopped", name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_what_has_to_last_lies_in_named_volumes(raw, services, settings, dockerfile):
    mounts = {(name, mount) for name, service in services.items() for mount in service.get("volumes", ())}
    named = {(name, *mount.split(":")) for name, mount in mounts if mount[0] not in "./"}
    of_image = yaml.safe_load(next(step.value for step in dockerfile if step.name == "VOLUME"))
    storage = settings("api", AppConfig).storage
    assert of_image == [str(storage.data), str(storage.reports)]
    api = {("api", Path(folder).name, folder) for folder in of_image}
    assert named == api | {("redis", "redis", "/data"), ("chroma", "chroma", "/data")}
    assert set(raw["volumes"]) == {volume for _, volume, _ in named}
    bound = {mount.split(":")[0] for _, mount in mounts if mount[0] == "."}
    assert all((ROOT / path).exists() for path in bound)


@pytest.mark.skipif(not shutil.which("redis-server"), reason="Debian's redis-server is not installed")
def test_redis_starts_lets_in_who_has_the_password_and_keeps_its_data_when_killed(
    services, settings, tmp_path, free_port
):
    service, port = services["redis"], str(free_port)
    command = moved(service["command"], {"redis-server ": f"redis-server --port {port} ", "/data": str(tmp_path)})
    check = moved(service["healthcheck"]["test"], {"redis-cli ": f"redis-cli -p {port} "})
    variables = {"PATH": os.environ["PATH"]} | service["environment"]
    url = settings("worker", EngineConfig, ignore=("server", "auth")).redis.url.replace(
        "redis:6379", f"127.0.0.1:{port}"
    )
    assert not passes(check, env=variables)
    with running(command, env=variables) as server:
        becomes_healthy(server, check, env=variables)
        assert not passes(check, env=variables | {"REDISCLI_AUTH": "another"})
        assert not passes(check, env={"PATH": os.environ["PATH"]})
        assert SECRETS["REDIS_PASSWORD"].encode() not in Path(f"/proc/{server.pid}/cmdline").read_bytes()
        with redis.Redis.from_url(url) as client:
            client.set("kept", "yes")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        server.kill()
        server.wait()
    with running(command, env=variables) as server:
        becomes_healthy(server, check, env=variables)
        with redis.Redis.from_url(url) as client:
            assert client.get("kept") == b"yes"
    assert server.returncode == 0, "SIGTERM reaches it"


def test_chroma_starts_and_answers_its_check(services, tmp_path, free_port):
    service, port = services["chroma"], str(free_port)
    assert service["image"] == f"chromadb/chroma:{version('chromadb')}"
    changes = {"8000": port, "0.0.0.0": "127.0.0.1", "/data": str(tmp_path / "data")}
    command = [Path(sys.executable).with_name("chroma"), *moved(service["command"], changes)]
    check = moved(service["healthcheck"]["test"], {"8000": port})
    home = tmp_path / "home"
    home.mkdir()
    assert not passes(check)
    with running(command, env={"PATH": os.environ["PATH"], "HOME": str(home)}, cwd=home) as server:
        becomes_healthy(server, check)
    assert (tmp_path / "data").is_dir()
    assert list(home.iterdir()) == [], "it is to write nowhere else, for its container is read-only"
