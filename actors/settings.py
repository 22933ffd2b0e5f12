"""The only reader of config.toml, .env and the environment; a wrong key or value is named with where it stands.

Later wins: the defaults, config.toml, .env, the environment (`CRP_ENGINE__CONCURRENCY=4`, lists and tables as JSON),
and what the caller overrides. In .env and the environment a few settings have plain names too (`PLAIN_NAMES`,
REDIS_HOST).
"""

import json
import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from dotenv import dotenv_values
from pydantic import BaseModel, ValidationError

from actors.domain.errors import ConfigError

PREFIX = "CRP_"
DELIMITER = "__"
PLAIN_NAMES = {
    "API_KEY": "AUTH__API_KEY",
    "CHROMA_HOST": "CHROMA__HOST",
    "CHROMA_PORT": "CHROMA__PORT",
    "OPENAI_API_KEY": "LLM__API_KEY",
    "OPENAI_BASE_URL": "LLM__BASE_URL",
    "GOOGLE_API_KEY": "SEARCH__GOOGLE__API_KEY",
    "GOOGLE_CSE_ID": "SEARCH__GOOGLE__CSE_ID",
}
SECRET = re.compile(r"key|secret|password|url|sha256|proxy")

Config = TypeVar("Config", bound=BaseModel)
Tree = dict[str, Any]


def load(
    kind: type[Config],
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Tree | None = None,
    ignore: Collection[str] = (),
) -> Config:
    """The configuration, read from `file` (else config.toml here, if there is one), .env and the environment.

    The tables in `ignore` are for other roles that share the file.

    Raises:
        ConfigError: a key is unknown, a value is not allowed, or `file` cannot be read.
    """
    sources = [*_files(file), *_variables(environment), ("the command line", overrides or {})]
    merged: Tree = {}
    for _, tree in sources:
        _merge(merged, tree)
    merged = {table: value for table, value in merged.items() if table not in ignore}
    try:
        return kind.model_validate(merged)
    except ValidationError as error:
        raise ConfigError("; ".join(_explain(kind, sources, error))) from None


def _files(file: Path | None) -> Iterator[tuple[str, Tree]]:
    path = file or Path("config.toml")
    if file is None and not path.exists():
        return
    try:
        yield str(path), tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def _variables(environment: Mapping[str, str] | None) -> Iterator[tuple[str, Tree]]:
    try:
        dotenv = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    except UnicodeDecodeError:
        raise ConfigError(".env is not a text in UTF-8") from None
    for where, variables in (("in .env", dotenv), ("in the environment", environment or os.environ)):
        if variables.get("REDIS_HOST"):
            yield f"REDIS_HOST {where}", {"redis": {"url": _redis_url(variables)}}
        for name, key in PLAIN_NAMES.items():
            if variables.get(name):
                yield f"{name} {where}", _nest(key, variables[name])
        for name, value in variables.items():
            if name.startswith(PREFIX):
                yield f"{name} {where}", _nest(name, value)


def _redis_url(variables: Mapping[str, str]) -> str:
    """The address that REDIS_HOST, REDIS_PORT, REDIS_DB and REDIS_PASSWORD make."""
    secret = f":{quote(password, safe='')}@" if (password := variables.get("REDIS_PASSWORD")) else ""
    port, db = variables.get("REDIS_PORT") or "6379", variables.get("REDIS_DB") or "0"
    return f"redis://{secret}{variables['REDIS_HOST']}:{port}/{db}"


def _nest(name: str, value: str) -> Tree:
    *tables, key = name.removeprefix(PREFIX).lower().split(DELIMITER)
    tree: Tree = {key: json.loads(value) if _is_json(value) else value}
    for table in reversed(tables):
        tree = {table: tree}
    return tree


def _is_json(value: str) -> bool:
    try:
        return isinstance(json.loads(value), list | dict)
    except json.JSONDecodeError:
        return False


def _merge(into: Tree, tree: Tree) -> None:
    for key, value in tree.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, dict) else value


def _explain(kind: type[BaseModel], sources: list[tuple[str, Tree]], error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        path = [str(part) for part in problem["loc"]]
        where = next((name for name, tree in reversed(sources) if _holds(tree, path)), "the configuration")
        key = ".".join(path)
        if problem["type"] == "extra_forbidden":
            yield f"{where}: {key} is not a known key; allowed: {', '.join(_siblings(kind, path))}"
        else:
            given = "…" if SECRET.search(key) else json.dumps(problem["input"], default=str, ensure_ascii=False)
            yield f"{where}: {key} = {given} is not allowed: {problem['msg'].removeprefix('Input ')}"


def _holds(tree: Any, path: list[str]) -> bool:  # noqa: ANN401 (a table or a value)
    for part in path:
        if isinstance(tree, list):
            return True
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True


def _siblings(kind: type[BaseModel], path: list[str]) -> list[str]:
    for part in path[:-1]:
        table = kind.model_fields[part].annotation
        if not (isinstance(table, type) and issubclass(table, BaseModel)):
            break
        kind = table
    return sorted(kind.model_fields)
