"""What a stage is: a name, the kind of artefact it leaves, and one coroutine that makes it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, cast

from actors.domain.job import Job, Record
from actors.services.base import Services

Kind = TypeVar("Kind", bound=Record)


@dataclass(frozen=True, slots=True)
class Artefacts:
    """What the stages before have left, by `stage:round` in the order of making, and the seconds each took.

    `values` may make a value when it is asked for; `kinds` then tells what it will be.
    """

    values: Mapping[str, Record] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    kinds: Mapping[str, type[Record]] = field(default_factory=dict)

    def latest(self, kind: type[Kind]) -> Kind:
        """The newest artefact of this kind; `LookupError` when no stage has left one."""
        for key in reversed(list(self.values)):
            if issubclass(self.kinds.get(key) or type(self.values[key]), kind):
                return cast(Kind, self.values[key])
        raise LookupError(f"no stage has left a {kind.__name__} yet")

    async def read(self, kind: type[Kind]) -> Kind:
        """See `latest`; made in a thread, where several in a row do not add up to a block of the event loop."""
        return await asyncio.to_thread(self.latest, kind)


class Stage(Protocol):
    """One step of the research: run again after a crash, it makes the same artefact."""

    @property
    def name(self) -> str:
        """Its mailbox, and the name of its artefact."""
        ...

    @property
    def artefact(self) -> type[Record]:
        """What `work` makes."""
        ...

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Record:
        """Make this stage's artefact from the ones before.

        Raises:
            TransientError: it should be tried again later.
            PermanentError: the job cannot be done; the message tells the user what to do.
        """
        ...
