"""What is asked for in one turn of the event loop is sent together: a round trip is shared by all who wait for it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from redis.exceptions import RedisError

from actors.store.redis.connect import redis_errors

Item = TypeVar("Item")

UNDER_WAY = 2
"""How many batches may be under way at once; what comes meanwhile waits, and makes the next batch larger."""


@dataclass(slots=True)
class Gathering(Generic[Item]):
    """Gathers items into batches of `most`; `send` answers a batch item by item, with exceptions among the answers."""

    send: Callable[[list[Item]], Awaitable[Sequence[Any]]]
    most: int
    _waiting: deque[tuple[Item, asyncio.Future[Any]]] = field(default_factory=deque)
    _senders: set[asyncio.Task[None]] = field(default_factory=set)
    _under_way: int = 0
    _called: bool = False

    async def ask(self, item: Item) -> Any:  # noqa: ANN401 (each item's own answer)
        """The answer to an item.

        Cancelled, the item may have been sent all the same.

        Raises:
            StoreUnavailableError: the server does not answer, or takes no writes.
            ResponseError: the server refuses the item.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        self._call_sender()
        try:
            return await answer
        except (OSError, TimeoutError, RedisError):
            with redis_errors():
                raise

    def _call_sender(self) -> None:
        """Have what waits sent in the loop's next turn, unless somebody will come for it anyway."""
        if self._waiting and not self._called and self._under_way < UNDER_WAY:
            self._called = True
            self._under_way += 1
            sender = asyncio.create_task(self._send_all())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)

    async def _send_all(self) -> None:
        """Send what has gathered, and again until nothing waits."""
        self._called = False
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self.most, len(self._waiting)))]
                self._call_sender()
                await self._send([(item, answer) for item, answer in batch if not answer.done()])
        finally:
            self._under_way -= 1

    async def _send(self, batch: list[tuple[Item, asyncio.Future[Any]]]) -> None:
        answers: Sequence[Any] = [asyncio.CancelledError()] * len(batch)
        try:
            answers = await self.send([item for item, _ in batch])
        except (OSError, TimeoutError, RedisError) as error:
            answers = [error] * len(batch)
        finally:
            for (_, future), answer in zip(batch, answers, strict=True):
                _settle(future, answer)


def _settle(future: asyncio.Future[Any], answer: object) -> None:
    if future.done():
        return
    if isinstance(answer, asyncio.CancelledError):
        future.cancel()
    elif isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
