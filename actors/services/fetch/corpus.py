"""Documents from a folder: nothing outside of it can be reached, whatever the address or a link says."""

import asyncio
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote_to_bytes

from actors.domain.errors import PermanentError, SourceError
from actors.services.fetch.base import Page, Version
from actors.services.fetch.body import too_large

SCHEME = "corpus"
MAX_BYTES = 20_000_000
CONTENT_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".pdf": "application/pdf",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".text": "text/plain",
}


@dataclass(frozen=True, slots=True)
class CorpusFetcher:
    """Reads `corpus:relative/path.html` (percent-encoded, `/` between folders) below `folder`."""

    folder: Path
    max_bytes: int = MAX_BYTES

    async def fetch(self, url: str, known: Version | None = None) -> Page | None:
        """See `base.Fetcher`; a file is the same until its size, its rights or its time of change are others."""
        return await asyncio.to_thread(self._read, url, known)

    def _read(self, url: str, known: Version | None) -> Page | None:
        path = _locate(self.folder, url)
        content_type = CONTENT_TYPES.get(path.suffix.lower())
        if content_type is None and not path.is_dir():
            raise SourceError(f"files of the kind {path.suffix or 'without suffix'} are not read")
        version = Version(url=url, etag=corpus_stamp(self.folder, url))
        if version.etag and version == known:
            return None
        try:
            body = _content(path, self.max_bytes)
        except OSError as error:
            raise SourceError(f"cannot be opened: {error.strerror}") from None
        fetched_at = datetime.now(UTC).isoformat(timespec="seconds")
        return Page(url, body, content_type or "", None, fetched_at, version)


def corpus_files(folder: Path) -> list[str]:
    """The addresses of all documents below `folder`, sorted; hidden ones and linked folders are left out.

    Files and folders that cannot be opened are among them: fetching them gives the reason.

    Raises:
        PermanentError: `folder` itself cannot be read.
    """
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise PermanentError(f"the corpus folder {folder} cannot be read: {error.strerror}") from None
    return sorted(corpus_url(folder, path) for path in _documents(folder))


def corpus_url(folder: Path, path: Path) -> str:
    """The address of the file `path` below `folder`."""
    return f"{SCHEME}:{quote(os.fsencode(path.relative_to(folder).as_posix()))}"


def corpus_stamp(folder: Path, url: str) -> str:
    """A text that changes whenever the file behind `url` does; empty while it cannot be looked at."""
    try:
        status = _locate(folder, url).stat()
    except (OSError, SourceError):
        return ""
    return f"{status.st_mtime_ns}-{status.st_size}-{status.st_mode}"


def _documents(folder: Path) -> Iterator[Path]:
    closed: list[Path] = []
    for parent, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(parent, name)
            if not name.startswith(".") and path.suffix.lower() in CONTENT_TYPES:
                yield path
    yield from closed


def _locate(folder: Path, url: str) -> Path:
    relative = os.fsdecode(unquote_to_bytes(url.partition(":")[2]))
    parts = PurePosixPath(relative).parts
    if not parts or "\0" in relative or relative.startswith("/") or ".." in parts:
        raise SourceError("is not an address in the corpus folder")
    path = folder.joinpath(*parts)
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        raise SourceError("leads out of the corpus folder")
    return path


def _content(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file; anything else might never end."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SourceError("is not a file")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise too_large(max_bytes)
    return content


def _without_waiting(path: str, flags: int) -> int:
    """A pipe opens at once instead of waiting for its writer."""
    return os.open(path, flags | os.O_NONBLOCK)
