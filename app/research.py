"""`research QUESTION`: one job on a private engine, followed live; what it found goes to stdout, the rest to stderr."""

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

from actors.config import EngineConfig
from actors.domain.analysis import Report
from actors.domain.errors import ConfigError, PermanentError, RequestError, ResearchError
from actors.domain.job import Job, JobStatus, ResearchRequest
from actors.engine import Engine, corpus_files, open_engine
from actors.settings import load
from app import terminal
from app.arguments import add_config
from app.config import AppConfig
from app.folders import check_writable
from app.options import add_request, option_of, request_of

NAME = "research"
SUMMARY = "research a question and publish a report"
STATUS = {JobStatus.COMPLETED: 0, JobStatus.PARTIAL: 3, JobStatus.FAILED: 1, JobStatus.CANCELLED: 1}

PRIVATE_DRAIN_SECONDS = 0.1
"""What is at work when the command ends is lost with its private store: waiting for it would be for nothing."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The command's options."""
    add_request(command)
    command.add_argument("--out", type=Path, metavar="DIR", help="where reports go, a folder a job")
    command.add_argument("--json", action="store_true", help="print report.json alone on stdout")
    command.add_argument("--verbose", action="store_true", help="show the engine's log on stderr")
    add_config(command)


async def run(arguments: argparse.Namespace) -> int:
    """Research, print, and answer the exit status."""
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.CRITICAL + 1)
    config = load(AppConfig, file=arguments.config, overrides=_overrides(arguments))
    request = request_of(arguments, config)
    _check_corpus(config)
    check_writable("reports", config.storage.reports, "choose another folder with --out")
    check_writable("data", config.storage.data, "set storage.data or CRP_STORAGE__DATA")
    async with open_engine(config, drain_seconds=PRIVATE_DRAIN_SECONDS) as engine:
        job = await _follow(engine, request)
    folder = config.storage.reports / job.job_id
    if job.status not in (JobStatus.COMPLETED, JobStatus.PARTIAL):
        advice = "" if arguments.verbose else " (--verbose shows the engine's log)"
        raise ResearchError(f"{job.error or f'the job was {job.status}'}{advice}")
    text = (folder / "report.json").read_text("utf-8")
    report = Report.model_validate_json(text)
    terminal.explain(report)
    if arguments.json:
        sys.stdout.write(text)
    else:
        terminal.show(report, priced=config.llm.model in config.llm.prices)
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
    try:
        job = await engine.submit(request)
    except RequestError as error:
        raise ConfigError(f"{option_of(error.field)}: {error}") from None
    with terminal.Progress(request.query) as progress:
        async for event in engine.events(job.job_id):
            progress.show(event)
    return await engine.job(job.job_id)
