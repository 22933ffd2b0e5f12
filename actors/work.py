"""From a delivery to its next step: loads what the stages before have left, runs the stage, packs what it made."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from actors.domain.artefacts import Published
from actors.domain.events import Note
from actors.domain.job import Record
from actors.packing import pack, unpack
from actors.pipeline import next_stage
from actors.services.base import Answer, Bind, Services
from actors.stages.base import Artefacts, Stage
from actors.store.ports import Store
from actors.store.records import Advance, Delivery, Finish


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
        job, packed = await self.store.mailboxes.begin(delivery)
        artefacts = unpack(packed, {stage.name: stage.artefact for stage in self.pipeline})
        if delivery.key in packed:
            value, seconds = await artefacts.read(self.stage.artefact), artefacts.seconds[delivery.key]
            return self._step(delivery, value, packed[delivery.key], seconds)
        began = self.clock()
        value = await self.stage.work(job, artefacts, self._bound(delivery))
        seconds = self.clock() - began
        return self._step(delivery, value, await pack(value, seconds), seconds)

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

    def _step(self, delivery: Delivery, value: Record, packed: bytes, seconds: float) -> Advance | Finish:
        order = [stage.name for stage in self.pipeline]
        if following := next_stage(order, self.stage.name, delivery.round):
            return Advance(packed, *following, seconds)
        report = Artefacts({delivery.key: value}).latest(Published).report
        return Finish(packed, report.status, report.stop_reason, seconds)
