import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

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
        return {key: shape(value) if isinstance(value, dict) else None for key, value in tree.items()}

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
        ("[enigne]\n", r"settings\.toml: enigne is not a known key; allowed: auth, chroma, engine, fetch, redis, search, server, storage"),
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
