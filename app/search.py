"""`search QUERY`: the passages nearest in meaning among all that earlier research has collected."""

import argparse

from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.text import Text

from actors.domain.errors import ConfigError
from actors.domain.job import Query
from actors.engine import open_engine
from actors.settings import load
from app.arguments import add_config
from app.config import AppConfig

NAME = "search"
SUMMARY = "search by meaning in everything that was collected"
LIMIT_MOST = 100


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The command's options."""
    command.add_argument("query", metavar="QUERY")
    command.add_argument("--limit", type=int, default=5, metavar="N", help="passages shown, 1 to 100 (default: 5)")
    add_config(command)


async def run(arguments: argparse.Namespace) -> int:
    """Search and print; answers the exit status."""
    try:
        query = TypeAdapter(Query).validate_python(arguments.query)
    except ValidationError:
        raise ConfigError("the query has to be 1 to 2,000 characters of text: name what to look for") from None
    if not 1 <= arguments.limit <= LIMIT_MOST:
        raise ConfigError(f"--limit: 1 to {LIMIT_MOST} are allowed (given: {arguments.limit})")
    config = load(AppConfig, file=arguments.config, overrides={"redis": {"url": "memory"}})
    async with open_engine(config, actors=False) as engine:
        matches = await engine.search(query, limit=arguments.limit)
    console = Console(highlight=False)
    for match in matches:
        console.print(Text.assemble((f"{match.score:.2f}  ", "cyan"), (match.title or match.url, "bold")))
        console.print(Text(match.text))
        console.print(
            Text(f"{match.url}  {match.source_id} {match.start}-{match.end}  job {match.job_id}", style="dim"),
            soft_wrap=True,
        )
        console.print()
    if not matches:
        console.print("nothing was collected yet: run `python -m app research` first")
    return 0
