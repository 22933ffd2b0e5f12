import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import BaseModel

from actors.config import EngineConfig
from actors.domain.errors import ConfigError
from actors.settings import load
from app.config import AppConfig

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(text: str) -> Path:
    path = Path("settings.toml")
    path.write_text(text)
    return path


def keys(model: type[BaseModel]) -> dict:
    tables = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        tables[name] = keys(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return tables


def test_the_file_of_the_repository_shows_every_key_with_its_default():
    def shape(tree):
        return {key: shape(value) if isinstance(value, dict) and value else None for key, value in tree.items()}

    tree = tomllib.loads((ROOT / "config.toml").read_text())
    assert shape(tree) == keys(AppConfig)
    assert load(AppConfig, file=ROOT / "config.toml", environment={}) == AppConfig()


def test_later_sources_win_in_their_order():
    file = written("[engine]\nconcurrency = 2\nmax_attempts = 2\nmax_running = 2\nprocesses = 2\n")
    Path(".env").write_text("CRP_ENGINE__MAX_ATTEMPTS=3\nCRP_ENGINE__MAX_RUNNING=3\nCRP_ENGINE__PROCESSES=3\n")
    environment = {"CRP_ENGINE__MAX_RUNNING": "4", "CRP_ENGINE__PROCESSES": "4", "HOME": "x"}
    config = load(AppConfig, file=file, environment=environment, overrides={"engine": {"processes": 5}})
    run = config.engine
    assert (run.concurrency, run.max_attempts, run.max_running, run.processes) == (2, 3, 4, 5)


def test_lists_in_the_environment_are_json():
    config = load(AppConfig, environment={"CRP_FETCH__DENY_HOSTS": '["a.example", "b.example"]'})
    assert config.fetch.deny_hosts == ("a.example", "b.example")


def test_an_empty_path_is_none():
    config = load(AppConfig, environment={"CRP_SEARCH__CORPUS__FOLDER": ""})
    assert config.search.corpus.folder is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[engine]\nconcurency = 3\n",
            r"settings\.toml: engine\.concurency is not a known key; allowed: concurrency, ",
        ),
        (
            "[enigne]\n",
            r"settings\.toml: enigne is not a known key; allowed: auth, chroma, embeddings, engine, fetch, llm, ",
        ),
        (
            "[engine]\nconcurrency = 0\n",
            r"settings\.toml: engine\.concurrency = 0 is not allowed: .*greater than or equal",
        ),
        ("[engine]\nlease_seconds = 'soon'\n", r"engine\.lease_seconds = \"soon\" is not allowed: .*number"),
        ("[fetch]\nallow_networks = ['10.0.0.0/99']\n", r"fetch\.allow_networks\.0 = \"10\.0\.0\.0/99\""),
        ("engine = 3\n", r"settings\.toml: engine = 3 is not allowed"),
        ("[engine\n", r"settings\.toml is not valid TOML"),
    ],
)
def test_a_wrong_key_or_value_names_the_file_the_key_and_what_is_allowed(text, message):
    with pytest.raises(ConfigError, match=message):
        load(AppConfig, file=written(text), environment={})


def test_a_wrong_variable_is_named_as_it_was_set():
    with pytest.raises(ConfigError, match=r"CRP_ENGINE__PROCESES in the environment: engine\.proceses is not a known"):
        load(AppConfig, environment={"CRP_ENGINE__PROCESES": "2"})
    Path(".env").write_text("CRP_ENGINE__PROCESSES=many\n")
    with pytest.raises(ConfigError, match=r"CRP_ENGINE__PROCESSES in \.env: engine\.processes = \"many\""):
        load(AppConfig, environment={})


def test_a_missing_file_that_was_named_stops_the_start():
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read: No such file"):
        load(AppConfig, file=Path("nowhere.toml"), environment={})


def test_plain_names_work_in_the_environment_and_the_full_ones_win(tmp_path):
    environment = {"API_KEY": "k", "CHROMA_HOST": "chroma", "CHROMA_PORT": "8001"}
    config = load(AppConfig, environment=environment)
    assert (config.chroma.host, config.chroma.port) == ("chroma", 8001)
    assert config.auth.api_key == sha256(b"k").hexdigest()
    assert load(AppConfig, environment=environment | {"CRP_CHROMA__HOST": "other"}).chroma.host == "other"


def test_the_plain_names_of_redis_make_an_address_and_need_a_host():
    parts = {"REDIS_PORT": "6380", "REDIS_DB": "2", "REDIS_PASSWORD": "a/b@c"}
    config = load(AppConfig, environment={"REDIS_HOST": "redis"} | parts)
    assert config.redis.url == "redis://:a%2Fb%40c@redis:6380/2"
    assert load(AppConfig, environment={"REDIS_HOST": "redis"}).redis.url == "redis://redis:6379/0"
    assert load(AppConfig, environment=parts).redis.url == "embedded"


def test_a_secret_is_never_shown_in_an_error():
    wrong = {"CRP_REDIS__URL": "rdis://:hunter2@h", "CRP_AUTH__KEYS": '[{"name": "a", "sha256": "hunter2"}]'}
    for name, value in wrong.items():
        with pytest.raises(ConfigError, match=name) as refusal:
            load(AppConfig, environment={name: value})
        assert "hunter2" not in str(refusal.value)


def test_another_roles_tables_are_passed_over_and_nothing_else():
    file = written("[server]\nport = 1\n[auth]\nallow_open = true\n[engine]\nconcurrency = 3\n")
    assert load(EngineConfig, file=file, ignore=("server", "auth")).engine.concurrency == 3
    with pytest.raises(ConfigError, match="auth is not a known key"):
        load(EngineConfig, file=file, ignore=("server",))


def test_two_keys_of_one_name_are_refused():
    key = {"name": "a", "sha256": "0" * 64}
    with pytest.raises(ConfigError, match=r"auth\.keys.*two keys have the same name"):
        load(AppConfig, overrides={"auth": {"keys": [key, key]}})


def test_the_example_of_an_env_file_is_valid():
    Path(".env").write_text((ROOT / "env.example").read_text())
    assert load(AppConfig, environment={}).search.corpus.folder == Path("examples/corpus")
