import asyncio
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.job import Spending
from actors.services.llm.turns import FIRST, Limit, Trip, Turns

TIMEOUT_SECONDS = 60.0
SPENT = Spending(model_calls=1, input_tokens=3_000, output_tokens=200)


def answer(limit, trip, now, *, in_full=True, kind="findings", spent=SPENT):
    limit.answered(kind, spent, trip, now=now, in_full=in_full)


def one_slot(limit: Limit, calls: int, seconds: float, *, now: float = 0.0) -> list[float]:
    """How long each call takes with a server that works on one at a time."""
    line: deque[Trip] = deque()
    took = []
    while calls or line:
        while calls and len(line) < int(limit.allowed):
            line.append(Trip(now, len(line) + 1))
            calls -= 1
        now += seconds
        took.append(now - line[0].began)
        answer(limit, line.popleft(), now, in_full=len(line) + 1 >= int(limit.allowed))
    return took


def all_at_once(limit: Limit, calls: int, seconds: float, *, now: float = 0.0) -> float:
    """When the last call is answered by a server to which their number is nothing."""
    while calls > 0:
        trips = [Trip(now, place + 1) for place in range(min(calls, int(limit.allowed)))]
        now += seconds
        for trip in trips:
            answer(limit, trip, now, in_full=calls > len(trips) or len(trips) >= int(limit.allowed))
        calls -= len(trips)
    return now


@pytest.mark.parametrize("seconds", [2.0, 7.0, 20.0])
def test_a_server_with_one_slot_never_gets_more_than_it_answers_in_time(seconds):
    limit = Limit(64, TIMEOUT_SECONDS)
    one_slot(limit, 1, seconds / 4)
    assert max(one_slot(limit, 60, seconds, now=10.0)) < TIMEOUT_SECONDS


def test_a_server_without_a_limit_soon_gets_all_that_is_allowed():
    limit = Limit(64, TIMEOUT_SECONDS)
    assert all_at_once(limit, 300, 1.0) <= 8.0
    assert limit.allowed == 64


def test_a_server_that_loses_its_room_gets_less_and_more_again_later():
    limit = Limit(64, TIMEOUT_SECONDS)
    all_at_once(limit, 300, 1.0)
    one_slot(limit, 100, 1.0, now=10.0)
    assert limit.allowed <= 16
    all_at_once(limit, 300, 1.0, now=200.0)
    assert limit.allowed == 64


def test_a_refusal_halves_what_is_allowed_once_a_round_trip_and_leaves_one():
    limit = Limit(64, TIMEOUT_SECONDS)
    for trip in [Trip(0.0, place) for place in range(1, 9)]:
        limit.overloaded(trip, now=1.0)
    assert limit.allowed == FIRST / 2
    for began in range(1, 9):
        limit.overloaded(Trip(float(began), 1), now=began + 0.5)
    assert limit.allowed == 1


def test_answers_that_were_under_way_before_it_shrank_change_nothing():
    limit = Limit(64, TIMEOUT_SECONDS)
    answer(limit, Trip(0.0, 1), 1.0)
    limit.overloaded(Trip(0.0, 2), now=1.0)
    before = limit.allowed
    answer(limit, Trip(0.5, 8), 1.5)
    assert limit.allowed == before


def test_one_answer_out_of_a_cache_makes_the_others_not_slow():
    limit = Limit(64, TIMEOUT_SECONDS)
    for began in range(5):
        answer(limit, Trip(float(began), 1), began + (0.001 if began == 2 else 1.0))
    all_at_once(limit, 60, 1.0, now=10.0)
    assert limit.allowed > FIRST


def test_what_was_not_tried_is_not_allowed():
    limit = Limit(64, TIMEOUT_SECONDS)
    for began in range(100):
        answer(limit, Trip(float(began), 1), began + 1.0, in_full=False)
    assert limit.allowed <= FIRST


def test_the_ceiling_holds_from_the_start():
    limit = Limit(3, TIMEOUT_SECONDS)
    assert limit.allowed == 3
    all_at_once(limit, 100, 1.0)
    assert limit.allowed == 3


events = st.tuples(
    st.sampled_from(["answered", "overloaded"]),
    st.sampled_from(["plan", "findings"]),
    st.floats(0, 100),
    st.integers(1, 64),
    st.integers(0, 100_000),
    st.booleans(),
)


@settings(max_examples=50)
@given(most=st.integers(1, 64), happened=st.lists(events, max_size=60))
def test_whatever_happens_at_least_one_call_and_no_more_than_the_ceiling_is_allowed(most, happened):
    limit, now = Limit(most, TIMEOUT_SECONDS), 0.0
    for event, kind, seconds, abreast, tokens, in_full in happened:
        now += seconds / abreast
        if event == "answered":
            spent = Spending(output_tokens=tokens)
            answer(limit, Trip(now - seconds, abreast), now, in_full=in_full, kind=kind, spent=spent)
        else:
            limit.overloaded(Trip(now - seconds, abreast), now=now)
        assert 1 <= limit.allowed <= most


async def passes():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_first_goes_first_and_who_is_cancelled_leaves_the_line():
    turns, went, ends = Turns(Limit(1, TIMEOUT_SECONDS)), [], [asyncio.Event() for _ in range(5)]

    async def go(place):
        async with turns.turn():
            went.append(place)
            await ends[place].wait()

    tasks = [asyncio.create_task(go(place)) for place in range(5)]
    await passes()
    assert went == [0]
    tasks[1].cancel()
    ends[0].set()
    await passes()
    assert went == [0, 2]
    ends[2].set()
    tasks[3].cancel()
    await passes()
    assert went == [0, 2, 4]
    tasks[4].cancel()
    await passes()
    async with asyncio.timeout(5), turns.turn():
        assert turns.sent().abreast == 1


async def test_who_is_cancelled_when_called_passes_the_turn_on():
    turns = Turns(Limit(1, TIMEOUT_SECONDS))

    async def go():
        async with turns.turn():
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(go()) for _ in range(2)]
    await passes()
    tasks[0].cancel()
    await asyncio.sleep(0)  # the second one is called now, and has not run yet
    tasks[1].cancel()
    await passes()
    async with asyncio.timeout(5), turns.turn():
        assert turns.sent().abreast == 1


async def test_more_are_called_as_soon_as_more_are_allowed():
    now = [0.0]
    turns, went = Turns(Limit(64, TIMEOUT_SECONDS), clock=lambda: now[0]), []

    async def go():
        async with turns.turn():
            went.append(turns.sent())
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(go()) for _ in range(12)]
    await passes()
    assert len(went) == FIRST
    now[0] = 0.1
    turns.answered("findings", SPENT, went[-1])
    await passes()
    assert len(went) == FIRST + 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
