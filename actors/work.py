"""From a delivery to its next step: loads what the stages before have left, runs the stage, packs what it made."""

import asyncio
import hashlib
import json
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from actors.domain.artefacts import Published
from actors.domain.events import EventType, Note
from actors.domain.job import Job, Record
from actors.pipeline import next_stage
from actors.services.base import Answer, Bind, Services
from actors.stages.base import Artefacts, Stage
from actors.store.ports import Advance, Delivery, Finish, Store

COMPRESSION = 1
"""zlib's fastest: artefacts are read a few times and thrown away."""

SMALL_BYTES = 4_000
"""Artefacts below this size, packed, are dealt with in the event loop: in well under a millisecond."""

P = ParamSpec("P")
T = TypeVar("T")


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
        kinds = {stage.name: stage.artefact for stage in self.pipeline}
        size = sum(map(len, packed.values()))
        artefacts = await aside(size, unpack, packed, kinds)
        if delivery.key in packed:
            return self._step(artefacts, delivery, packed[delivery.key])
        artefacts = await self._run(job, artefacts, delivery)
        value, seconds = artefacts.values[delivery.key], artefacts.seconds[delivery.key]
        return self._step(artefacts, delivery, await aside(size, pack, value, seconds))

    async def _run(self, job: Job, artefacts: Artefacts, delivery: Delivery) -> Artefacts:
        began = self.clock()
        value = await self.stage.work(job, artefacts, self._bound(delivery))
        seconds = self.clock() - began
        return Artefacts({**artefacts.values, delivery.key: value}, {**artefacts.seconds, delivery.key: seconds})

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

    def _step(self, artefacts: Artefacts, delivery: Delivery, packed: bytes) -> Advance | Finish:
        following = next_stage([stage.name for stage in self.pipeline], self.stage.name, delivery.round)
        data = {"state": "done", "seconds": round(artefacts.seconds[delivery.key], 3)}
        done = Note(type=EventType.STAGE, stage=self.stage.name, data=data)
        if following is not None:
            return Advance(packed, *following, notes=(done,))
        report = artefacts.latest(Published).report
        return Finish(packed, report.status, report.stop_reason, notes=(done,))


async def aside(size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it in a thread, unless what it has to do with, of `size` bytes, is done sooner than a thread is asked."""
    if size < SMALL_BYTES:
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)


def _started(delivery: Delivery) -> Note:
    name = delivery.token.stage
    return Note(type=EventType.STAGE, stage=name, data={"state": "started"}, once=f"started:{delivery.key}")


def pack(value: Record, seconds: float) -> bytes:
    """An artefact and the time it took, as compressed JSON."""
    head = json.dumps({"seconds": round(seconds, 6)})
    return zlib.compress(f"{head}\n{value.model_dump_json()}".encode(), COMPRESSION)


def unpack(packed: Mapping[str, bytes], kinds: Mapping[str, type[Record]]) -> Artefacts:
    """All artefacts of a job, by `stage:round` in the order of making."""
    order = list(kinds)
    keys = sorted(packed, key=lambda key: (int(key.partition(":")[2]), order.index(key.partition(":")[0])))
    values, seconds = {}, {}
    for key in keys:
        head, _, body = zlib.decompress(packed[key]).partition(b"\n")
        seconds[key] = float(json.loads(head)["seconds"])
        values[key] = kinds[key.partition(":")[0]].model_validate_json(body)
    return Artefacts(values, seconds)
