"""The command line: reads the arguments, hands them to a command, and turns its outcome into an exit status."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from actors.domain.errors import ConfigError, ResearchError

USAGE = 2
FAILED = 1
INTERRUPTED = 130
TERMINATED = 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status: 0 completed, 3 partial, 1 failed, 2 usage, 130 and 143 stopped."""
    try:
        parsed = parser().parse_args(arguments)
        return asyncio.run(_until_terminated(parsed.command(parsed)))
    except ConfigError as error:
        return _complain(str(error), USAGE)
    except ResearchError as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted", INTERRUPTED)
    except asyncio.CancelledError:
        return _complain("terminated", TERMINATED)


def _complain(what: str, status: int) -> int:
    print(what, file=sys.stderr)
    return status


async def _until_terminated(command: Coroutine[Any, Any, int]) -> int:
    """Run the command as a task that SIGTERM cancels, so that it can clear up as after Ctrl-C."""
    task = asyncio.ensure_future(command)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def parser() -> argparse.ArgumentParser:
    """All commands and their options; imported late, for most of a start is importing."""
    from app import research, search, serve, verify

    top = argparse.ArgumentParser(prog="python -m app", description="Research with checked citations.")
    commands = top.add_subparsers(dest="name", required=True, metavar="COMMAND")
    for module in (serve, research, search, verify):
        command = commands.add_parser(module.NAME, help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(command)
        command.set_defaults(command=module.run)
    return top


if __name__ == "__main__":
    sys.exit(main())
