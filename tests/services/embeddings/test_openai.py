import asyncio
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from actors.domain.errors import BudgetError, PermanentError, StoreUnavailableError, TransientError
from actors.domain.job import Spending, StopReason
from actors.services.embeddings.openai import portions
from actors.services.embeddings.opening import open_embedder, within_job

QUOTA = {"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": None}}


class Book:
    """A job's ledger: what was asked, held and spent, and the answers."""

    def __init__(self):
        self.answers, self.held, self.spent = {}, [], []

    async def __call__(self, request, call, kind, *, most, spent):
        if request not in self.answers:
            self.held.append(most)
            answer = await call()
            self.answers[request] = answer.model_dump_json()
            self.spent.append(spent(answer))
        return kind.model_validate_json(self.answers[request])


class Forgetful:
    """A cache that keeps nothing."""

    async def get(self, namespace, key):
        return None

    async def set(self, namespace, key, value, *, ttl_seconds):
        pass


def quick(embedder, *, pauses=None, **changes):
    """The embedder with pauses that are noted down and not waited for."""

    async def note(seconds):
        if pauses is not None:
            pauses.append(seconds)

    return replace(embedder, endpoint=replace(embedder.endpoint, sleep=note, chance=lambda: 0.0), **changes)


async def test_vectors_have_length_one_and_stand_in_the_order_of_the_texts_whatever_the_answers_order(api, embedder):
    texts = ["one", "two", "three", "two", " \n", ""]
    vectors = await embedder.embed(texts)
    assert (vectors.shape, vectors.dtype) == ((6, 6), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 1, 0, 0], atol=1e-6)
    assert api.inputs == [["one", "two", "three"]]

    api.script = [lambda good: good["data"].reverse()]
    turned = await quick(embedder, cache=Forgetful()).embed(texts)
    np.testing.assert_array_equal(turned, vectors)
    assert (await embedder.embed([])).shape == (0, 0)


async def test_vectors_written_as_numbers_and_without_an_index_or_a_count_are_taken_too(api, embedder):
    def plain(good):
        good.pop("usage")
        good["data"] = [{"embedding": [3.0, 0, 4]}, {"embedding": [0, 1e300, 0]}][: len(good["data"])]

    api.script = [plain]
    with pytest.raises(PermanentError, match="no numbers"):
        await embedder.embed(["one", "two"])
    api.script = [plain]
    np.testing.assert_allclose(await embedder.embed(["one"]), [[0.6, 0, 0.8]], atol=1e-3)


async def test_many_texts_go_in_several_requests_at_once_and_no_more_than_is_allowed(api, settings):
    async with open_embedder(replace(settings, concurrency=2), None, Forgetful()) as embedder:
        texts = [f"text {number}" for number in range(700)]
        vectors = await embedder.embed(texts)
    assert (vectors.shape, len(api.inputs), api.most_at_once) == ((700, 6), 6, 2)
    assert sorted(api.texts) == sorted(texts)


@given(st.dictionaries(st.uuids().map(str), st.text(min_size=1), max_size=20), st.integers(1, 9))
def test_portions_are_all_the_texts_in_their_order_and_fit_into_a_request(texts, longer):
    texts = {key: text * longer**5 for key, text in texts.items()}
    parts = list(portions(texts))
    assert [key for part in parts for key in part] == list(texts)
    assert all(len(part) == 1 or sum(len(text.encode()) for text in part.values()) <= 200_000 for part in parts)


@trying(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(text=st.text() | st.text(min_size=1, max_size=3).map(lambda text: text * 5_000))
async def test_any_text_is_cut_to_what_a_model_takes(embedder, text):
    vectors = await embedder.embed([text])
    assert vectors.shape[0] == 1
    assert np.isfinite(vectors).all()


async def test_a_server_with_narrower_limits_gets_fewer_texts_at_once_and_shorter_ones(api, embedder):
    api.most_texts, api.most_characters = 10, 2_000
    texts = [f"text {number}" for number in range(40)] + ["long " * 1_000]
    vectors = await embedder.embed(texts)
    assert vectors.shape == (41, 6)
    assert max(len(text) for text in api.inputs[-1]) <= 2_000
    api.most_characters = 5
    with pytest.raises(PermanentError, match=r"embeddings\.model.*too long"):
        await embedder.embed(["longer than that"])


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        ((401, {"error": "Incorrect key sk-very-secret"}, {}), PermanentError, r"embeddings\.api_key.*\[api_key\]"),
        ((429, QUOTA, {}), PermanentError, r"embeddings\.api_key: its credit"),
        ((404, {"message": "no model small"}, {}), PermanentError, r"base_url or embeddings\.model.*no model small"),
        ((501, {"message": "no embeddings here"}, {}), PermanentError, r"embeddings\.base_url.*no embeddings here"),
        ((400, {"detail": "strange input"}, {}), PermanentError, r"embeddings\.model.*strange input"),
        ((302, "", {"Location": "http://127.0.0.1:1/"}), PermanentError, r"embeddings\.base_url.*302"),
        ((200, "<html>Welcome</html>", {}), PermanentError, r"embeddings\.base_url.*<html>Welcome"),
        ((200, {"error": "busy"}, {}), PermanentError, "busy"),
        ((200, [], {}), PermanentError, "not an answer"),
        (lambda good: good["data"].pop(), PermanentError, "1 vectors for 2 texts"),
        (lambda good: good["data"][0].update(index=1), PermanentError, r"indexes \[1, 1\]"),
        (lambda good: good["data"][0].update(embedding=[1.0]), PermanentError, "1, 6 dimensions"),
        (lambda good: good["data"][0].update(embedding=[float("nan")] * 6), PermanentError, "no numbers"),
        (lambda good: good["data"][0].update(embedding="äöü"), PermanentError, "no base64"),
        (lambda good: good["data"][0].update(embedding="AAA="), PermanentError, "cut off"),
        (lambda good: [each.update(embedding="") for each in good["data"]], PermanentError, "0 dimensions"),
    ],
)  # fmt: skip
async def test_an_answer_that_cannot_be_used_is_an_error_that_names_the_setting_and_not_the_key(
    api, embedder, answer, kind, told
):
    api.script = [answer]
    with pytest.raises(kind, match=told) as caught:
        await embedder.embed(["one", "two"])
    assert "very-secret" not in str(caught.value)
    assert len(api.inputs) == 1


async def test_what_may_pass_is_tried_again_after_the_time_the_server_asks_for(api, embedder):
    pauses = []
    api.script = [
        (429, {"error": {"message": "slow down"}}, {"Retry-After": "7"}),
        (503, "<html>", {}),
        (500, "", {"Retry-After": "soon"}),
    ]
    assert (await quick(embedder, pauses=pauses).embed(["one"])).shape == (1, 6)
    assert pauses == [7, 1, 2]

    api.script = [(429, {"error": {"message": "slow down"}}, {"Retry-After": "900"})]
    with pytest.raises(TransientError, match="says 429: slow down") as caught:
        await quick(embedder, pauses=pauses).embed(["two"])
    assert (caught.value.retry_after_seconds, len(pauses)) == (900, 3)
    api.script = [(503, "", {})] * 9
    with pytest.raises(TransientError, match="says 503"):
        await embedder.embed(["two"])
    assert len(api.script) == 5


async def test_a_server_that_is_away_or_says_nothing_is_told_by_its_name(free_port, settings):
    async with open_embedder(
        replace(settings, base_url=f"http://u:pw@127.0.0.1:{free_port()}/v1"), None, Forgetful()
    ) as away:
        with pytest.raises(TransientError, match=r"server 127\.0\.0\.1:\d+ does not answer") as caught:
            await quick(away).embed(["one"])
        assert "pw" not in str(caught.value)

    async def hear(reader, writer):
        while await reader.read(65536):
            pass
        writer.close()
        await writer.wait_closed()
        ended.set()

    ended = asyncio.Event()
    async with await asyncio.start_server(hear, "127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        async with open_embedder(replace(settings, base_url=url, timeout_seconds=0.02), None, Forgetful()) as silent:
            with pytest.raises(TransientError, match=r"has not answered within 0\.02 s"):
                await silent.embed(["one"])
        await ended.wait()


async def test_texts_seen_before_are_not_paid_again_by_any_job_and_their_vectors_are_the_same(api, embedder):
    first = await embedder.embed(["one", "two"])
    second = await embedder.embed(["three", "two", "one"])
    assert api.texts == ["one", "two", "three"]
    np.testing.assert_allclose(second[[2, 1]], first, atol=1e-6)
    await replace(embedder, model="large").embed(["one"])
    assert api.texts[-1] == "one"


async def test_a_cache_that_is_away_costs_a_request_and_no_more(api, embedder):
    class Away:
        async def get(self, namespace, key):
            raise StoreUnavailableError("away")

        async def set(self, namespace, key, value, *, ttl_seconds):
            raise StoreUnavailableError("away")

    assert (await replace(embedder, cache=Away()).embed(["one"])).shape == (1, 6)
    assert api.texts == ["one"]


async def test_within_a_job_calls_are_held_spent_and_after_a_crash_replayed_to_the_last_bit(api, embedder):
    book = Book()
    job = within_job(replace(embedder, cache=Forgetful()), book, lambda: None)
    before = await job.embed(["one passage", "zwei Sätze"])
    assert book.held == [Spending(input_tokens=22, usd=22 * 0.5 / 1e6)]
    assert book.spent == [Spending(input_tokens=5, usd=5 * 0.5 / 1e6)]
    np.testing.assert_array_equal(await job.embed(["one passage", "zwei Sätze"]), before)
    assert len(api.inputs) == 1
    np.testing.assert_array_equal(await within_job(embedder, Book(), lambda: None).embed(["zwei Sätze"]), before[1:])


async def test_without_money_or_time_nothing_is_asked(api, embedder):
    async def empty(*_args, **_kwargs):
        raise BudgetError("no money")

    with pytest.raises(BudgetError, match="no money"):
        await within_job(embedder, empty, lambda: None).embed(["one"])
    with pytest.raises(BudgetError, match="no time") as caught:
        await within_job(embedder, Book(), lambda: 0.0).embed(["one"])
    assert (caught.value.reason, api.inputs) == (StopReason.DEADLINE, [])
