"""Options that several commands share."""

import argparse
from pathlib import Path


def add_config(command: argparse.ArgumentParser) -> None:
    """`--config FILE`."""
    command.add_argument("--config", type=Path, metavar="FILE", help="settings (default: config.toml here, if any)")
