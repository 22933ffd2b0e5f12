"""The jobs' logs, and one reader of the tail of all of them for the whole process, whatever the number of followers."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from redis.exceptions import ResponseError

from actors.domain.errors import StoreUnavailableError
from actors.domain.events import Event
from actors.store.fanout import Fanout, Followed, Tail
from actors.store.redis import rows
from actors.store.redis.connect import redis_errors
from actors.store.redis.scripts import Scripts
from actors.store.redis.wire import Client, exchange

BLOCK_SECONDS = 2.0
GRACE_SECONDS = 5.0
OUTAGE_SECONDS = 0.5
DAMAGED_SECONDS = 5.0
CATCH_UP_SECONDS = 0.002
BATCH = 200

EVENT_PARTS = 12
"""Names and values of one event in the tail; an entry holds all that one script has told."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class RedisEvents:
    """`ports.Events` on a server; `reading` is the client for reads that wait. `follow` has to run beside it."""

    scripts: Scripts
    reading: Client
    fanout: Fanout = field(default_factory=Fanout)
    seen: bytes = b"0-0"

    async def read(self, job_id: str, *, after: int = 0, limit: int = 1_000) -> list[Event]:
        """See `ports.Events`."""
        log_key = self.scripts.key("job", job_id, "events")
        found = await self.scripts.pipe.ask("XRANGE", log_key, f"{after + 1}-0", "+", "COUNT", limit)
        return [rows.event(job_id, _order(entry)[0], rows.fields(flat)) for entry, flat in found]

    @asynccontextmanager
    async def subscribe(self, followed: Followed = None) -> AsyncIterator[Tail]:
        """See `ports.Events`."""
        if followed is None:
            await self._catch_up()
        async with self.fanout.subscribe(followed) as tail:
            yield tail

    async def _catch_up(self) -> None:
        """Wait until all that was told before now is handed on, so that a reader of all events starts with the next."""
        with suppress(StoreUnavailableError, TimeoutError):
            newest = await self._newest()
            async with asyncio.timeout(BLOCK_SECONDS):
                while _order(self.seen) < _order(newest):  # noqa: ASYNC110 (the loop that hands on tells nobody how far it is)
                    await asyncio.sleep(CATCH_UP_SECONDS)

    async def _newest(self) -> bytes:
        newest = await self.scripts.pipe.ask("XREVRANGE", self.scripts.key("events"), "+", "-", "COUNT", 1)
        return bytes(newest[0][0]) if newest else b"0-0"

    async def start(self) -> None:
        """Begin at the end of the tail as it is now."""
        self.seen = await self._newest()

    async def follow(self) -> None:
        """Hand every new event to its followers, for ever; after an outage those missed are in the jobs' own logs."""
        while True:
            try:
                await self._hand_on()
            except StoreUnavailableError as error:
                log.debug("the tail of events waits for the store: %s", error)
                await asyncio.sleep(OUTAGE_SECONDS)
            except ResponseError as error:
                log.warning("the tail of events was changed by hand, streams lag: delete it: %s", error)
                await asyncio.sleep(DAMAGED_SECONDS)

    async def _hand_on(self) -> None:
        """Read what is new in the tail, once."""
        block = round(BLOCK_SECONDS * 1_000)
        command = ("XREAD", "COUNT", BATCH, "BLOCK", block, "STREAMS", self.scripts.key("events"), self.seen)
        with redis_errors():
            (found,) = await exchange(self.reading, [command], seconds=BLOCK_SECONDS + GRACE_SECONDS)
            if isinstance(found, Exception):
                raise found
        for entry, flat in found[0][1] if found else []:
            self.seen = entry
            self._publish(entry, flat)

    def _publish(self, entry: bytes, flat: rows.Flat) -> None:
        """Hand on the events of an entry that anybody wants; what is none, and came here by hand, is passed over."""
        for place in range(0, len(flat), EVENT_PARTS):
            try:
                job_id, kind = _whose(flat, place)
                if self.fanout.wants(job_id, kind):
                    row = rows.fields(flat[place : place + EVENT_PARTS])
                    self.fanout.publish(rows.event(job_id, int(row["seq"]), row))
            except (KeyError, ValueError):
                log.warning("the entry %s of the tail holds no event: %r", entry.decode(), flat)


def _whose(flat: rows.Flat, place: int) -> tuple[str, str]:
    """The job and the type of the event that begins here: most are of jobs that nobody here follows.

    Raises:
        ValueError: it is not as the scripts write it.
    """
    match flat[place : place + EVENT_PARTS]:
        case [b"job_id", job_id, b"seq", _, b"type", kind, *_]:
            return job_id.decode(), kind.decode()
    raise ValueError("no event")


def _order(entry: bytes) -> tuple[int, int]:
    milliseconds, _, number = entry.partition(b"-")
    return int(milliseconds), int(number)
