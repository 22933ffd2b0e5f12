"""From a delivery to its next step: loads what the stages before have left, runs the stage, packs what it made."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from actors.calls import Calls, time_left
from actors.domain.artefacts import Collection, Published
from actors.domain.events import Note
from actors.domain.job import Job, Record
from actors.packing import Recent, pack, unpack
from actors.pipeline import next_stage
from actors.services.base import Bind, Services
from actors.stages.base import Artefacts, Stage
from actors.store.ports import Store
from actors.store.records import Advance, Delivery, Finish


@dataclass(frozen=True, slots=True)
class StageWork:
    """One stage as the runtime's work; `recent` is shared by all stages of a process."""

    stage: Stage
    pipeline: Sequence[Stage]
    store: Store
    bind: Bind
    recent: Recent = field(default_factory=Recent)
    clock: Callable[[], float] = time.perf_counter

    async def __call__(self, delivery: Delivery) -> Advance | Finish:
        """Run the stage, unless its artefact is there already, and say what comes next."""
        job, packed = await self.store.mailboxes.begin(delivery)
        artefacts = unpack(packed, {stage.name: stage.artefact for stage in self.pipeline}, self.recent)
        if delivery.key in packed:
            value, seconds = await artefacts.read(self.stage.artefact), artefacts.seconds[delivery.key]
            return self._step(delivery, job, value, packed[delivery.key], seconds)
        began = self.clock()
        value = await self.stage.work(job, artefacts, self._bound(delivery, job))
        seconds = self.clock() - began
        return self._step(delivery, job, value, await pack(value, seconds, self.recent), seconds)

    def _bound(self, delivery: Delivery, job: Job) -> Services:
        async def tell(note: Note) -> None:
            await self.store.mailboxes.tell(delivery, [note])

        return self.bind(tell, Calls(self.store.ledger, job, self.stage.name), time_left(job))

    def _step(self, delivery: Delivery, job: Job, value: Record, packed: bytes, seconds: float) -> Advance | Finish:
        order = [stage.name for stage in self.pipeline]
        if following := next_stage(order, self.stage.name, delivery.round, job.request.depth, value):
            return Advance(packed, *following, seconds, pages_read(value))
        report = Artefacts({delivery.key: value}).latest(Published).report
        return Finish(packed, report.status, report.stop_reason, seconds, report.usage)


def pages_read(value: Record) -> int | None:
    """How many pages the job has read by now, where this artefact tells."""
    return len(value.documents) if isinstance(value, Collection) else None
