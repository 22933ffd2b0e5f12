"""What a cached call promises to those who wait for it, and what becomes of it when the store is away."""

import asyncio
import threading
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.errors import StoreUnavailableError
from actors.domain.job import Record
from actors.store.caching import Caching
from actors.store.memory import memory_store


class Page(Record):
    title: str
    day: date | None = None


@dataclass(frozen=True)
class Point:
    x: int
    y: float


class Away:
    """A cache whose store does not answer."""

    async def _fail(self, *_args, **_options):
        raise StoreUnavailableError("no answer")

    get = set = claim = clear = counts = _fail


class Gate:
    """Answers `value` when it is opened, and counts calls."""

    def __init__(self, value="made"):
        self.open, self.calls, self.cancelled, self.value = asyncio.Event(), 0, 0, value

    async def __call__(self):
        self.calls += 1
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.value

    async def under_way(self):
        async with asyncio.timeout(5):
            while not self.calls:
                await asyncio.sleep(0)


@pytest.fixture
def store():
    return memory_store("first")


@pytest.fixture
def caching(store):
    return Caching(store.cache)


def ask(caching, make, key="a", kind=str):
    return asyncio.create_task(caching.get("pages", key, make, kind, ttl_seconds=9))


async def test_an_error_reaches_all_who_wait_and_is_not_kept(caching):
    calls = []

    async def fail():
        calls.append(1)
        await asyncio.sleep(0)
        raise OSError("no route")

    results = await asyncio.gather(*(ask(caching, fail) for _ in range(3)), return_exceptions=True)
    assert [str(error) for error in results] == ["no route"] * 3
    assert len(calls) == 1
    with pytest.raises(OSError, match="no route"):
        await ask(caching, fail)
    assert len(calls) == 2


async def test_one_who_gives_up_does_not_take_the_value_from_the_others(caching):
    gate = Gate()
    first, second = ask(caching, gate), ask(caching, gate)
    await gate.under_way()
    first.cancel()
    await asyncio.wait({first})
    gate.open.set()
    assert await second == "made"
    assert first.cancelled()
    assert (gate.calls, gate.cancelled) == (1, 0)


async def test_when_all_have_given_up_the_call_ends_and_the_next_one_makes_it_anew(caching, store):
    gate = Gate()
    asked = [ask(caching, gate) for _ in range(2)]
    await gate.under_way()
    for task in asked:
        task.cancel()
    await asyncio.wait(asked)
    gate.open.set()
    assert await ask(caching, gate) == "made"
    assert (gate.calls, gate.cancelled) == (2, 1)


async def test_different_keys_and_namespaces_do_not_wait_for_each_other(caching):
    gate, open_gate = Gate(), Gate("other")
    open_gate.open.set()
    waiting = ask(caching, gate, "a")
    assert await ask(caching, open_gate, "b") == "other"
    assert await caching.get("robots", "a", open_gate, str, ttl_seconds=9) == "other"
    waiting.cancel()


async def test_without_the_store_values_are_kept_in_this_process(caching):
    away, gate = Caching(Away()), Gate()
    gate.open.set()
    assert [await ask(away, gate) for _ in range(3)] == ["made"] * 3
    assert gate.calls == 1
    assert await ask(away, gate, "b") == "made"
    assert gate.calls == 2


async def test_what_is_too_large_for_this_process_is_made_each_time():
    away, gate = Caching(Away()), Gate("x" * 5_000_000)
    gate.open.set()
    for _ in range(2):
        assert len(await ask(away, gate)) == 5_000_000
    assert gate.calls == 2


async def test_a_value_that_json_cannot_carry_is_answered_and_not_kept(caching, store):
    gate = Gate("caf\udce9")
    gate.open.set()
    assert [await ask(caching, gate) for _ in range(2)] == ["caf\udce9"] * 2
    assert gate.calls == 2
    assert await store.cache.claim("pages", "a", seconds=9)


async def test_an_async_function_is_called_once_for_equal_arguments(caching):
    calls = []

    async def find(query: str, page: int = 1, *, near: Point | None = None) -> list[Page]:
        calls.append((query, page, near))
        return [Page(title=query, day=date(2026, 1, page))]

    cached = caching.cached("search", ttl_seconds=9)(find)
    expected = [Page(title="q", day=date(2026, 1, 1))]
    assert await cached("q") == await cached("q", 1) == await cached(page=1, query="q") == expected
    assert len(calls) == 1
    await cached("q", 2)
    await cached("1")
    await cached("q", near=Point(1, 2.0))
    assert len(calls) == 4
    assert cached.__name__ == "find"


async def test_a_sync_function_runs_in_a_thread(caching):
    threads = []

    def parse(text: str) -> tuple[int, Point]:
        threads.append(threading.current_thread())
        return len(text), Point(1, 0.5)

    cached = caching.cached("parsed", ttl_seconds=9)(parse)
    assert await asyncio.gather(cached("four"), cached("four")) == [(4, Point(1, 0.5))] * 2
    assert await cached("four") == (4, Point(1, 0.5))
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_a_method_is_kept_by_its_arguments_or_by_a_key(caching):
    class Provider:
        def __init__(self):
            self.asked = []

        async def search(self, query: object) -> str:
            self.asked.append(query)
            return "hit"

    provider, query = Provider(), object()
    cached = caching.cached("search", ttl_seconds=9, key=lambda query: "always")(provider.search)
    assert [await cached(query), await cached(7)] == ["hit", "hit"]
    assert provider.asked == [query]
    with pytest.raises(TypeError, match="an argument is no plain data, so it needs a key"):
        await caching.cached("search", ttl_seconds=9)(provider.search)(query)


async def test_two_functions_in_one_namespace_are_two(caching):
    def one(x: int) -> str:
        return "one"

    def two(x: int) -> str:
        return "two"

    keep = caching.cached("both", ttl_seconds=9)
    assert (await keep(one)(1), await keep(two)(1)) == ("one", "two")


def test_a_function_has_to_name_the_type_of_its_answer(caching):
    with pytest.raises(TypeError, match="does not name the type of its answer"):
        caching.cached("pages", ttl_seconds=9)(lambda: 1)


async def test_nothing_is_an_answer_too(caching):
    calls = []

    def find() -> Page | None:
        calls.append(1)

    cached = caching.cached("pages", ttl_seconds=9)(find)
    assert [await cached(), await cached()] == [None, None]
    assert len(calls) == 1


Plain = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists)
AnyText = st.text(st.characters(codec=None, exclude_categories=()))
"""Surrogates too, as the names of odd files hold them."""


def is_unicode(text):
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@settings(max_examples=40)
@given(AnyText, st.lists(AnyText), Plain)
def test_any_text_may_be_asked_for_and_comes_back_as_it_was_made(text, more, plain):
    made = []

    async def echo(text: str, more: list[str], plain: object) -> list[str]:
        made.append(plain)
        return [text, *more]

    async def look():
        cached = Caching(memory_store("first").cache).cached("echo", ttl_seconds=9)(echo)
        return [await cached(text, more, plain) for _ in range(2)]

    assert asyncio.run(look()) == [[text, *more]] * 2
    assert len(made) == (1 if is_unicode(text + "".join(more)) else 2)
