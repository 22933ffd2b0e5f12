"""Folders that have to be writable, tried before anything is begun."""

import tempfile
from pathlib import Path

from actors.domain.errors import ResearchError


def check_writable(what: str, folder: Path, advice: str) -> None:
    """Make the folder if it is missing.

    Raises:
        ResearchError: it cannot be written to; the message ends with `advice`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ResearchError(f"{what} cannot be written to {folder} ({error.strerror}): {advice}") from None
