"""A report's files, wherever it was made: written again from the job's artefacts when this host lacks them."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from actors.domain.artefacts import Collection, Published
from actors.domain.errors import ReportNotFoundError
from actors.packing import unpack
from actors.services.base import Pool
from actors.services.report.files import render, write
from actors.stages.base import Stage
from actors.store.ports import Jobs

LAST_WRITTEN = "evidence.zip"
"""The file that stands for all: `files.write` puts it down last."""


@dataclass(frozen=True, slots=True)
class Reports:
    """The folder of reports: `folder/job_id/report.html` and so on."""

    folder: Path
    jobs: Jobs
    pipeline: Sequence[Stage]
    pool: Pool
    _writing: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def folder_of(self, job_id: str) -> Path:
        """The folder that holds the job's report.

        Raises:
            ReportNotFoundError: the job has none, or it is past its retention.
        """
        folder = self.folder / job_id
        if not await asyncio.to_thread((folder / LAST_WRITTEN).exists):
            if job_id not in self._writing:
                self._writing[job_id] = asyncio.create_task(self._write(job_id))
                self._writing[job_id].add_done_callback(lambda _: self._writing.pop(job_id, None))
            await asyncio.shield(self._writing[job_id])
        return folder

    async def _write(self, job_id: str) -> None:
        packed = await self.jobs.artefacts(job_id)
        wanted = {stage.name: stage.artefact for stage in self.pipeline if stage.artefact in (Published, Collection)}
        packed = {key: value for key, value in packed.items() if key.partition(":")[0] in wanted}
        artefacts = unpack(packed, wanted)
        try:
            report, collection = (await artefacts.read(Published)).report, await artefacts.read(Collection)
        except LookupError:
            raise ReportNotFoundError(f"job {job_id} has no report, or it is no longer kept") from None
        texts = {each.source.id: each.text for each in collection.documents}
        files = await self.pool.run(render, report, texts)
        await asyncio.to_thread(write, files, self.folder / job_id)

    async def delete(self, job_id: str) -> None:
        """Remove the job's files, if there are any."""
        await asyncio.to_thread(shutil.rmtree, self.folder / job_id, ignore_errors=True)
