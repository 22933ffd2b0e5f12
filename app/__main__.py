"""The command line: reads the arguments, hands them to a command, and turns its outcome into an exit status."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from actors.domain.errors import ConfigError, ResearchError
from app import research, search, verify

USAGE = 2
FAILED = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status: 0 completed, 3 partial, 1 failed, 2 usage."""
    parsed = parser().parse_args(arguments)
    try:
        status: int = asyncio.run(parsed.command(parsed))
    except ConfigError as error:
        print(f"{parsed.name}: {error}", file=sys.stderr)
        return USAGE
    except ResearchError as error:
        print(f"{parsed.name}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(f"{parsed.name}: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m app", description="Research with checked citations.")
    commands = top.add_subparsers(dest="name", required=True, metavar="COMMAND")
    for module in (research, search, verify):
        command = commands.add_parser(module.NAME, help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(command)
        command.set_defaults(command=module.run)
    return top


if __name__ == "__main__":
    sys.exit(main())
