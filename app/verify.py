"""`verify evidence.zip`: every quotation, offset and hash of a published report checked again, offline."""

import argparse
import sys
from pathlib import Path

from actors.engine import verify_evidence

NAME = "verify"
SUMMARY = "check a report's evidence.zip again, offline"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The command's options."""
    command.add_argument("bundle", type=Path, metavar="EVIDENCE.ZIP")


async def run(arguments: argparse.Namespace) -> int:
    """Check and print what is wrong; answers the exit status: 0 sound, 1 not."""
    problems = verify_evidence(arguments.bundle)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{arguments.bundle}: sound")
    return 1 if problems else 0
