"""What guards every provider: one answer for equal questions, turns, and peace while it is down."""

import asyncio

import pytest

from actors.domain.errors import StoreUnavailableError, TransientError
from actors.services.search import open_providers
from actors.services.search.base import SearchQuery
from actors.services.search.guarded import FAILURES_MOST, PAUSE_SECONDS, TURNS
from tests.servers.search import hang, raw, status


def question(number=0, **rest):
    return SearchQuery(text=f"question {number}", limit=3, **rest)


async def test_an_answer_is_taken_again_until_it_is_too_old(providers, server, clock):
    first = await providers["brave"].search(question())
    assert await providers["brave"].search(question()) == first
    assert len(server.asked) == 1
    clock[0] += 3_601
    await providers["brave"].search(question())
    assert len(server.asked) == 2


async def test_another_question_another_provider_another_address_is_another_answer(opened, server):
    async with opened() as providers:
        await providers["brave"].search(question())
        await providers["brave"].search(question(language="de"))
        await providers["tavily"].search(question())
    async with opened(brave={"api_key": "k", "base_url": f"{server.address}/proxy"}) as providers:
        server.always = raw(b'{"type": "search"}')
        assert await providers["brave"].search(question()) == []
    assert len(server.asked) == 4


async def test_equal_questions_at_once_are_one_request(providers, server):
    answers = await asyncio.gather(*(providers["brave"].search(question()) for _ in range(5)))
    assert len(server.asked) == 1
    assert all(answer == answers[0] for answer in answers)


async def test_who_is_answered_may_change_the_answer(providers):
    (await providers["brave"].search(question())).clear()
    assert await providers["brave"].search(question())


async def test_an_error_is_not_kept(providers, server):
    server.faults.append(status(400))
    with pytest.raises(Exception, match="400"):
        await providers["brave"].search(question())
    assert await providers["brave"].search(question())


async def test_a_provider_is_left_alone_after_failures_in_a_row_and_tried_again_after_a_pause(providers, server, clock):
    server.always = raw(b"<html>", "text/html")
    for number in range(FAILURES_MOST + 2):
        with pytest.raises(TransientError):
            await providers["brave"].search(question(number))
    assert len(server.asked) == FAILURES_MOST
    server.always = None
    clock[0] += PAUSE_SECONDS + 1
    assert await providers["brave"].search(question())


async def test_another_provider_is_not_left_alone_with_it(providers, server):
    server.always = status(429, Retry_After="600")
    with pytest.raises(TransientError):
        await providers["brave"].search(question())
    server.always = None
    assert await providers["tavily"].search(question())


async def test_a_refused_question_is_no_failure_of_the_provider(providers, server):
    server.always = status(400)
    for number in range(FAILURES_MOST + 2):
        with pytest.raises(Exception, match="400"):
            await providers["brave"].search(question(number))
    assert len(server.asked) == FAILURES_MOST + 2


async def test_a_metasearch_that_finds_nothing_while_an_engine_is_away_is_not_left_alone(providers, server):
    server.always = raw(b'{"results": [], "unresponsive_engines": [["one", "timeout"]]}')
    for number in range(FAILURES_MOST + 2):
        with pytest.raises(TransientError, match=r"one \(timeout\)"):
            await providers["searxng"].search(question(number))


async def test_an_outage_costs_one_timeout_however_many_questions_there_are(opened, server):
    server.always = hang
    started = asyncio.get_running_loop().time()
    async with opened(timeout_seconds=0.15) as providers:
        calls = (providers["brave"].search(question(number)) for number in range(60))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(answer, TransientError) for answer in answers)
        assert asyncio.get_running_loop().time() - started < 10 * 0.15
        asked = len(server.asked)
        with pytest.raises(TransientError, match="left alone"):
            await providers["brave"].search(question(60))
        assert len(server.asked) == asked


async def test_only_so_many_searches_of_a_provider_run_at_once(providers, server):
    async def slow(request):
        await asyncio.sleep(0.01)
        return server.answer(request, None)

    server.always = slow
    await asyncio.gather(*(providers["brave"].search(question(number)) for number in range(40)))
    assert server.most_at_once == TURNS


class Gone:
    """Breakers of a store that does not answer."""

    async def wait(self, name):
        raise StoreUnavailableError("gone")

    async def worked(self, name):
        raise StoreUnavailableError("gone")

    async def failed(self, name, *, most, pause_seconds):
        raise StoreUnavailableError("gone")


async def test_a_store_that_is_away_keeps_nobody_from_searching(configured, store, server):
    async with open_providers(configured(), store.cache, Gone()) as providers:
        assert await providers["brave"].search(question())
        server.always = status(400)
        with pytest.raises(Exception, match="400"):
            await providers["brave"].search(question(1))
