"""From a delivery to its next step: loads what the stages before have left, runs the stage, packs what it made."""

import asyncio
import hashlib
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from actors.domain.artefacts import Published
from actors.domain.events import EventType, Note
from actors.domain.job import Record
from actors.pipeline import next_stage
from actors.services.base import Answer, Bind, Services
from actors.stages.base import Artefacts, Stage
from actors.store.ports import Advance, Delivery, Finish, Store

COMPRESSION = 1
"""zlib's fastest: artefacts are read a few times and thrown away."""

SMALL_BYTES = 50_000
"""A text below this size is compressed sooner than a thread is asked to."""


@dataclass(frozen=True, slots=True)
class StageWork:
    """One stage as the runtime's work."""

    stage: Stage
    pipeline: Sequence[Stage]
    store: Store
    bind: Bind
    clock: Callable[[], float] = time.perf_counter

    async def __call__(self, delivery: Delivery) -> Advance | Finish:
        """Run the stage, unless its artefact is there already, and say what comes next."""
        job, packed = await self.store.mailboxes.begin(delivery, [_started(delivery)])
        artefacts = unpack(packed, {stage.name: stage.artefact for stage in self.pipeline})
        if delivery.key in packed:
            return self._step(delivery, artefacts.values[delivery.key], packed[delivery.key])
        began = self.clock()
        value = await self.stage.work(job, artefacts, self._bound(delivery))
        return self._step(delivery, value, await pack(value, self.clock() - began))

    def _bound(self, delivery: Delivery) -> Services:
        async def tell(note: Note) -> None:
            await self.store.mailboxes.tell(delivery, [note])

        async def recall(request: str, call: Callable[[], Awaitable[Answer]], kind: type[Answer]) -> Answer:
            key = hashlib.sha256(request.encode()).hexdigest()
            recorded = await self.store.ledger.get(delivery.job_id, key)
            if recorded is None:
                answer = (await call()).model_dump_json().encode()
                recorded = await self.store.ledger.put(delivery.job_id, key, answer)
            return kind.model_validate_json(recorded)

        return self.bind(tell, recall)

    def _step(self, delivery: Delivery, value: Record, packed: bytes) -> Advance | Finish:
        following = next_stage([stage.name for stage in self.pipeline], self.stage.name, delivery.round)
        data = {"state": "done", "seconds": round(seconds_in(packed), 3)}
        done = Note(type=EventType.STAGE, stage=self.stage.name, data=data)
        if following is not None:
            return Advance(packed, *following, notes=(done,))
        report = Artefacts({delivery.key: value}).latest(Published).report
        return Finish(packed, report.status, report.stop_reason, notes=(done,))


def _started(delivery: Delivery) -> Note:
    name = delivery.token.stage
    return Note(type=EventType.STAGE, stage=name, data={"state": "started"}, once=f"started:{delivery.key}")


async def pack(value: Record, seconds: float) -> bytes:
    """The time an artefact took, and the artefact as compressed JSON."""
    text = value.model_dump_json().encode()
    compress = partial(zlib.compress, text, COMPRESSION)
    body = compress() if len(text) < SMALL_BYTES else await asyncio.to_thread(compress)
    return b"%.6f\n%b" % (seconds, body)


def seconds_in(packed: bytes) -> float:
    """The time a packed artefact took."""
    return float(packed.partition(b"\n")[0])


def unpack(packed: Mapping[str, bytes], kinds: Mapping[str, type[Record]]) -> Artefacts:
    """All artefacts of a job, by `stage:round` in the order of making; each is read when it is first asked for."""
    order = list(kinds)
    stages = {key: key.partition(":")[0] for key in packed}
    keys = sorted(packed, key=lambda key: (int(key.partition(":")[2]), order.index(stages[key])))
    return Artefacts(
        values=Unpacked({key: packed[key] for key in keys}, by_key := {key: kinds[stages[key]] for key in keys}),
        seconds={key: seconds_in(packed[key]) for key in keys},
        kinds=by_key,
    )


@dataclass(frozen=True, slots=True)
class Unpacked(Mapping[str, Record]):
    """Packed artefacts as what they are, each read once."""

    packed: Mapping[str, bytes]
    kinds: Mapping[str, type[Record]]
    read: dict[str, Record] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Record:
        if key not in self.read:
            body = zlib.decompress(self.packed[key].partition(b"\n")[2])
            self.read[key] = self.kinds[key].model_validate_json(body)
        return self.read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)
