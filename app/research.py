"""`research QUESTION`: one job on a private engine, followed live; what it found goes to stdout, the rest to stderr."""

import argparse
import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from actors.config import EngineConfig
from actors.domain.analysis import Report
from actors.domain.errors import ConfigError, PermanentError, ResearchError
from actors.domain.job import Job, JobStatus, ResearchRequest
from actors.engine import Engine, corpus_files, open_engine
from actors.settings import load
from app import terminal
from app.arguments import add_config
from app.config import AppConfig
from app.folders import check_writable

NAME = "research"
SUMMARY = "research a question and publish a report"
STATUS = {JobStatus.COMPLETED: 0, JobStatus.PARTIAL: 3, JobStatus.FAILED: 1, JobStatus.CANCELLED: 1}

PRIVATE_DRAIN_SECONDS = 0.1
"""What is at work when the command ends is lost with its private store: waiting for it would be for nothing."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The command's options."""
    command.add_argument("question", metavar="QUESTION", help="1 to 2,000 characters")
    command.add_argument("--corpus", type=Path, metavar="DIR", help="a folder of HTML, PDF, Markdown and text")
    command.add_argument("--url", action="append", default=[], metavar="URL", help="a page to read; may be repeated")
    command.add_argument("--out", type=Path, metavar="DIR", help="where reports go, a folder a job")
    command.add_argument("--max-results", type=int, metavar="N", help="sources taken from search, 1 to 100")
    command.add_argument("--keep-unsupported", action="store_true", help="publish unsupported sentences too, marked")
    command.add_argument("--json", action="store_true", help="print report.json alone on stdout")
    command.add_argument("--verbose", action="store_true", help="show the engine's log on stderr")
    add_config(command)


async def run(arguments: argparse.Namespace) -> int:
    """Research, print, and answer the exit status."""
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.CRITICAL + 1)
    config = load(AppConfig, file=arguments.config, overrides=_overrides(arguments))
    request = _request(arguments, config)
    _check_corpus(config)
    check_writable("reports", config.storage.reports, "choose another folder with --out")
    check_writable("data", config.storage.data, "set storage.data or CRP_STORAGE__DATA")
    async with open_engine(config, drain_seconds=PRIVATE_DRAIN_SECONDS) as engine:
        job = await _follow(engine, request)
    folder = config.storage.reports / job.job_id
    if job.status not in (JobStatus.COMPLETED, JobStatus.PARTIAL):
        advice = "" if arguments.verbose else " (--verbose shows the engine's log)"
        raise ResearchError(f"{job.error or f'the job was {job.status}'}{advice}")
    if arguments.json:
        sys.stdout.write((folder / "report.json").read_text("utf-8"))
    else:
        terminal.show(Report.model_validate_json((folder / "report.json").read_bytes()))
        print(folder / "report.html")
    return STATUS[job.status]


def _overrides(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command line says, in the shape of config.toml; its private store never joins a running service."""
    overrides: dict[str, Any] = {"redis": {"url": "memory"}}
    if arguments.corpus:
        overrides["search"] = {"corpus": {"folder": arguments.corpus.expanduser()}}
    if arguments.out:
        overrides["storage"] = {"reports": arguments.out.expanduser()}
    return overrides


def _request(arguments: argparse.Namespace, config: EngineConfig) -> ResearchRequest:
    limit = config.search.max_results if arguments.max_results is None else arguments.max_results
    try:
        return ResearchRequest(
            query=arguments.question,
            max_results=limit,
            providers=("corpus",) if arguments.corpus else (),
            urls=tuple(map(_checked_url, arguments.url)),
            keep_unsupported=arguments.keep_unsupported,
        )
    except ValidationError as error:
        raise ConfigError("; ".join(_complaints(error))) from None


def _checked_url(url: str) -> str:
    """The address, if it can be one of a page at all; what it leads to is the fetcher's to judge."""
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fit = False
    if not fit:
        raise ConfigError(f"--url: {url!r} is no address of a web page; http:// or https:// and a host are needed")
    return url


def _complaints(error: ValidationError) -> list[str]:
    if any(each["loc"] == ("query",) and not str(each["input"]).strip() for each in error.errors()):
        return ["the question is empty: 1 to 2,000 characters are allowed"]
    names = {"query": "the question", "max_results": "--max-results", "urls": "--url"}
    return [
        f"{names.get(str(each['loc'][0]), each['loc'][0])}: {each['msg'][0].lower()}{each['msg'][1:]}"
        f" (given: {_given(each['input'])})"
        for each in error.errors()
    ]


def _given(value: object) -> str:
    if isinstance(value, str | tuple | list):
        return f"{len(value):,} {'characters' if isinstance(value, str) else 'of them'}"
    return str(value)


def _check_corpus(config: EngineConfig) -> None:
    folder = config.search.corpus.folder
    if folder is None:
        return
    try:
        found = corpus_files(folder)
    except PermanentError as error:
        raise ConfigError(str(error)) from None
    if not found:
        raise ResearchError(f"the folder {folder} holds no HTML, PDF, Markdown or text: name another with --corpus")


async def _follow(engine: Engine, request: ResearchRequest) -> Job:
    job = await engine.submit(request)
    with terminal.Progress(request.query) as progress:
        async for event in engine.events(job.job_id):
            progress.show(event)
    return await engine.job(job.job_id)
