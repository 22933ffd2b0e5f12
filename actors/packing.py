"""Artefacts as the store keeps them: the seconds that one took, then its JSON, compressed where that is worth it."""

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

from actors.domain.job import Record
from actors.stages.base import Artefacts

Value = TypeVar("Value")

COMPRESSION = 1
"""zlib's fastest: artefacts are read a few times and thrown away."""

PLAIN_BYTES = 1_000
"""A text up to this size is kept as it is, for `redis-cli` and for speed."""

RECENT_BYTES = 16_000_000
"""Enough for some thirty jobs of twenty pages at once."""

SHORT_SECONDS = 0.01
"""What is made in less is small: a thread would take longer than the packing."""


class Recent:
    """What was packed or read a short time ago, by its packed form: the next stages of a job ask for it again.

    It holds `most_bytes` of packed artefacts, which take about three times as much; any thread may use it.
    """

    def __init__(self, most_bytes: int = RECENT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._values: OrderedDict[bytes, Record] = OrderedDict()
        self._bytes = 0

    def get(self, packed: bytes) -> Record | None:
        """The artefact, if it is still here."""
        with self._lock:
            if packed in self._values:
                self._values.move_to_end(packed)
            return self._values.get(packed)

    def keep(self, packed: bytes, value: Record) -> None:
        """Have it for those who come; the one that nobody asked for longest makes room."""
        with self._lock:
            if packed not in self._values:
                self._values[packed] = value
                self._bytes += len(packed)
            while self._bytes > self._most_bytes:
                gone, _ = self._values.popitem(last=False)
                self._bytes -= len(gone)


async def pack(value: Record, seconds: float, recent: Recent | None = None) -> bytes:
    """An artefact that took `seconds` to make."""
    text = _text(value) if seconds < SHORT_SECONDS else await asyncio.to_thread(_text, value)
    packed = b"%.6f\n%b" % (seconds, text)
    if recent is not None:
        recent.keep(packed, value)
    return packed


def _text(value: Record) -> bytes:
    text = value.model_dump_json().encode()
    return zlib.compress(text, COMPRESSION) if len(text) > PLAIN_BYTES else text


def unpack(packed: Mapping[str, bytes], kinds: Mapping[str, type[Record]], recent: Recent | None = None) -> Artefacts:
    """All artefacts of a job, by `stage:round` in the order of making; each is read when it is first asked for."""
    if not packed:
        return Artefacts()
    by_key = {key: kinds[key.partition(":")[0]] for key in in_order(packed, list(kinds))}
    ordered = {key: packed[key] for key in by_key}
    return Artefacts(
        Unpacked(ordered, partial(_value, by_key, recent or Recent(0))), Unpacked(ordered, _seconds), by_key
    )


def in_order(keys: Iterable[str], stages: Sequence[str]) -> list[str]:
    """Keys of the form `stage:round`, by round and, within it, by the stages' order."""
    parted = [key.partition(":") for key in keys]
    return [f"{stage}:{number}" for number, _, stage in sorted((int(r), stages.index(s), s) for s, _, r in parted)]


def _value(kinds: Mapping[str, type[Record]], recent: Recent, key: str, packed: bytes) -> Record:
    if isinstance(known := recent.get(packed), kinds[key]):
        return known
    _, _, text = packed.partition(b"\n")
    value = kinds[key].model_validate_json(text if text.startswith(b"{") else zlib.decompress(text))
    recent.keep(packed, value)
    return value


def _seconds(_key: str, packed: bytes) -> float:
    return float(packed.partition(b"\n")[0])


@dataclass(frozen=True, slots=True)
class Unpacked(Mapping[str, Value], Generic[Value]):
    """What `read` makes of packed artefacts, of each once and when it is asked for."""

    packed: Mapping[str, bytes]
    read: Callable[[str, bytes], Value]
    known: dict[str, Value] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Value:
        if key not in self.known:
            self.known[key] = self.read(key, self.packed[key])
        return self.known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)
