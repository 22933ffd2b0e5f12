"""What the stages before have left, as a stage gets it."""

import threading
from collections.abc import Iterator, Mapping

import pytest

from actors.domain.artefacts import Plan
from actors.domain.job import Record
from actors.stages.base import Artefacts


class Slow(Mapping[str, Record]):
    """Makes its one value when asked for it, and notes in which thread."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    def __getitem__(self, key: str) -> Record:
        self.threads.append(threading.get_ident())
        return Plan(questions=(key,))

    def __iter__(self) -> Iterator[str]:
        return iter(["plan:0", "plan:1"])

    def __len__(self) -> int:
        return 2


async def test_an_artefact_is_read_outside_of_the_loops_thread() -> None:
    slow = Slow()
    plan = await Artefacts(slow, kinds=dict.fromkeys(slow, Plan)).read(Plan)
    assert plan.questions == ("plan:1",)
    assert threading.get_ident() not in slow.threads


async def test_an_artefact_that_no_stage_has_left_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="Plan"):
        await Artefacts().read(Plan)
