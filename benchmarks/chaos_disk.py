"""A small disk of a process's own: a file system in memory that it alone sees, and that can be filled from outside."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

BLOCK = b"x" * 4_096


@dataclass(frozen=True, slots=True)
class Disk:
    """Mounted at `folder` for the process that is started with `command`; `size` is tmpfs's, as `2m`."""

    folder: Path
    size: str

    @property
    def command(self) -> tuple[str, ...]:
        """What comes before the program, which keeps its process id."""
        mount = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
        return ("unshare", "--mount", "sh", "-c", mount, "sh", self.size, str(self.folder))

    def fill(self, pid: int) -> None:
        """Leave no room on the disk of this process."""
        with self._filler(pid).open("wb", buffering=0) as filler:
            try:
                while filler.write(BLOCK):
                    pass
            except OSError:
                return

    def make_room(self, pid: int) -> None:
        """Take away what `fill` has written."""
        self._filler(pid).unlink()

    def _filler(self, pid: int) -> Path:
        return Path(f"/proc/{pid}/root{self.folder}/filler")


def why_no_disk() -> str:
    """Why no process can have a disk of its own here; empty where one can."""
    if not shutil.which("unshare"):
        return "there is no program `unshare` (Debian: apt install util-linux)"
    told = subprocess.run([*Disk(Path("/mnt"), "1m").command, "true"], capture_output=True, text=True, check=False)
    return f"no file system can be mounted here: {told.stderr.strip()}" if told.returncode else ""
