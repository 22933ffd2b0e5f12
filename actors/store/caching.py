"""Whatever is slow or paid is made once and kept for a while: by one caller for all who ask for it at the same time."""

import asyncio
import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast, get_type_hints, overload

from cachetools import TLRUCache
from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError, to_jsonable_python

from actors.domain.errors import StoreUnavailableError
from actors.store.ports import Cache

Value = TypeVar("Value")
Params = ParamSpec("Params")

LOCAL_BYTES = 8_000_000
"""What is kept in this process while the store is away."""

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5
GROWTH = 1.5

NOTHING = b""
NO_SECONDS = 0.001
"""A value that nobody can read, set for so long, ends the claim of a maker who has failed."""

Slot = tuple[str, str]
"""A namespace, and a key in it."""


class Decorator(Protocol):
    """Turns a function, async or not, into an async one whose answers are kept."""

    @overload
    def __call__(self, function: Callable[Params, Awaitable[Value]], /) -> Callable[Params, Awaitable[Value]]: ...

    @overload
    def __call__(self, function: Callable[Params, Value], /) -> Callable[Params, Awaitable[Value]]: ...


@dataclass(slots=True)
class Flight:
    """A value that is being made in this process, and how many wait for it."""

    task: asyncio.Task[Any]
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Value]):
    """What is asked for, how it is made and kept."""

    slot: Slot
    make: Callable[[], Awaitable[Value]]
    adapter: TypeAdapter[Value]
    ttl_seconds: float


@dataclass(frozen=True, slots=True)
class Caching:
    """A cache around calls. It never fails one: without the store it goes on with a small memory of its own.

    Equal calls at the same time are one call, in this process and in all that share the store; who asks in another
    process takes over when the maker has not answered within `claim_seconds`. An error reaches all who wait for the
    value in this process, and is not kept. Values are shared by those who wait: do not change them.
    """

    cache: Cache
    claim_seconds: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _flights: dict[Slot, Flight] = field(default_factory=dict)
    _local: TLRUCache[Slot, tuple[bytes, float]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_local", _local_cache())

    async def get(
        self,
        namespace: str,
        key: str,
        make: Callable[[], Awaitable[Value]],
        kind: type[Value],
        *,
        ttl_seconds: float,
    ) -> Value:
        """The value that is kept, or the one that `make` answers, which is then kept for `ttl_seconds`.

        `kind` is anything that pydantic can write as JSON and read again: a record, `list[Hit]`, `str`.
        """
        slot = namespace, key
        flight = self._flights.get(slot)
        if flight is None:
            wanted = Wanted(slot, make, _adapter(cast(Hashable, kind)), ttl_seconds)
            flight = self._flights[slot] = Flight(asyncio.create_task(self._find_or_make(wanted)))
            flight.task.add_done_callback(functools.partial(self._landed, slot))
        flight.waiting += 1
        try:
            return cast(Value, await asyncio.shield(flight.task))
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._flights.pop(slot, None)
                flight.task.cancel()

    def cached(self, namespace: str, *, ttl_seconds: float, key: Callable[..., str] | None = None) -> Decorator:
        """Keep a function's answers for `ttl_seconds`, by its arguments; a sync function runs in a thread.

        `key` makes the key from the arguments where these are not plain data. The function names the type of its
        answer.

        Raises:
            TypeError: it does not; or, when it is called, an argument is no plain data and there is no `key`.
        """

        def decorate(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
            kind, key_of = _answer_type(function), key or _key_by_arguments(function)

            @functools.wraps(function)
            async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (what the function takes and answers)
                make = functools.partial(_call, function, *args, **kwargs)
                return await self.get(namespace, key_of(*args, **kwargs), make, kind, ttl_seconds=ttl_seconds)

            return call

        return cast(Decorator, decorate)

    def _landed(self, slot: Slot, task: asyncio.Task[Any]) -> None:
        flight = self._flights.get(slot)
        if flight and flight.task is task:
            del self._flights[slot]
        if not task.cancelled():
            task.exception()  # asyncio warns of one that nobody has asked for, as when all waiters are gone

    async def _find_or_make(self, wanted: Wanted[Value]) -> Value:
        found, mine, pause = await self._find(wanted), False, FIRST_PAUSE_SECONDS
        while not found and not mine:
            mine = await self._claim(wanted.slot)
            found = await self._find(wanted)  # again: another one may have made it just before the claim
            if not found and not mine:
                await self.sleep(pause)
                pause = min(pause * GROWTH, LONGEST_PAUSE_SECONDS)
        if not found:
            return await self._make(wanted)
        if mine:
            await self._keep(wanted, found[0])  # which ends the claim
        return found[0]

    async def _find(self, wanted: Wanted[Value]) -> Sequence[Value]:
        """The value that is kept; empty when there is none, or none that can be read."""
        try:
            kept = await self.cache.get(*wanted.slot)
        except StoreUnavailableError:
            kept = self._local.get(wanted.slot, (None, 0.0))[0]
        if kept is not None:
            with suppress(ValueError):
                return (wanted.adapter.validate_json(kept),)
        return ()

    async def _claim(self, slot: Slot) -> bool:
        try:
            return await self.cache.claim(*slot, seconds=self.claim_seconds)
        except StoreUnavailableError:
            return True

    async def _make(self, wanted: Wanted[Value]) -> Value:
        made = False
        try:
            value = await wanted.make()
            made = True
        finally:
            if not made:
                await self._set(wanted.slot, NOTHING, NO_SECONDS)
        await self._keep(wanted, value)
        return value

    async def _keep(self, wanted: Wanted[Value], value: Value) -> None:
        try:
            await self._set(wanted.slot, wanted.adapter.dump_json(value, warnings="none"), wanted.ttl_seconds)
        except PydanticSerializationError:  # such as text that UTF-8 cannot carry
            await self._set(wanted.slot, NOTHING, NO_SECONDS)

    async def _set(self, slot: Slot, value: bytes, ttl_seconds: float) -> None:
        try:
            await self.cache.set(*slot, value, ttl_seconds=ttl_seconds)
        except StoreUnavailableError:
            if len(value) < LOCAL_BYTES // 2:
                self._local[slot] = (value, ttl_seconds)


def _local_cache() -> TLRUCache[Slot, tuple[bytes, float]]:
    return TLRUCache(LOCAL_BYTES, ttu=lambda _, kept, now: now + kept[1], getsizeof=lambda kept: len(kept[0]) + 200)


@functools.lru_cache(256)
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))


def _answer_type(function: Callable[..., Any]) -> Any:  # noqa: ANN401 (whatever can stand as an annotation)
    try:
        return get_type_hints(function)["return"]
    except KeyError:
        raise TypeError(f"{function!r} does not name the type of its answer, by which it is kept") from None


def _key_by_arguments(function: Callable[..., Any]) -> Callable[..., str]:
    signature, name = inspect.signature(function), getattr(function, "__qualname__", type(function).__qualname__)

    def key(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401 (what the function takes)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        try:
            return json.dumps([name, to_jsonable_python(bound.arguments)], sort_keys=True)
        except PydanticSerializationError as error:
            raise TypeError(f"{name}: an argument is no plain data, so it needs a key: {error}") from error

    return key


async def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (idem)
    if inspect.iscoroutinefunction(function):
        return await function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)
