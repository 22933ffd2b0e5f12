"""What was collected is searched by meaning: each tenant's own, each passage with its place, failures told."""

from dataclasses import dataclass
from hashlib import sha256

import pytest

from actors.domain.errors import PermanentError, TransientError
from app.config import AuthConfig, KeyConfig
from app.schemas.responses import SearchResponse

JOB = "019a2b7c-4d5e-7f60-8a1b-2c3d4e5f6071"


@dataclass(frozen=True)
class Key:
    """A key of a tenant of the same name."""

    name: str

    @property
    def configured(self):
        return KeyConfig(name=self.name, sha256=sha256(self.name.encode()).hexdigest(), tenant=self.name)

    @property
    def headers(self):
        return {"X-API-Key": self.name}


ANN, BOB = Key("ann"), Key("bob")


@pytest.fixture
def config(config):
    return config.model_copy(update={"auth": AuthConfig(keys=(ANN.configured, BOB.configured))})


@pytest.fixture
def look(client):
    """Search with somebody's key; answers the response."""

    async def get(q: str = "bridge", key: Key = ANN, **query):
        return await client.get("/search", params={"q": q, **query}, headers=key.headers)

    return get


async def test_passages_come_nearest_first_each_with_its_place(look, passages):
    passages.add("ann", JOB, "zzz")
    passages.add("ann", JOB, "a bridge")
    told = await (await look(" bridge\n")).json()
    assert SearchResponse().validate(told) == {}
    assert told["query"] == "bridge"
    assert [result["text"] for result in told["results"]] == ["a bridge", "zzz"]
    first = told["results"][0]
    assert first["score"] > told["results"][1]["score"]
    digest = sha256(b"a bridge").hexdigest()
    place = [first[name] for name in ("url", "title", "job_id", "source_id", "start", "end", "sha256")]
    assert place == ["https://a.example/", "A", JOB, "s1", 0, 8, digest]


async def test_ten_passages_are_answered_or_as_many_as_are_asked_for(look, passages):
    for number in range(12):
        passages.add("ann", JOB, f"bridge {number}")
    assert len((await (await look()).json())["results"]) == 10
    assert len((await (await look(limit=3)).json())["results"]) == 3


async def test_nobody_finds_what_another_tenant_has_collected(look, passages):
    passages.add("ann", JOB, "a bridge")
    assert await (await look(key=BOB)).json() == {"query": "bridge", "results": []}


@pytest.mark.parametrize("query", ["", "q=", "q=%20", f"q={'q' * 2_001}", "q=a&limit=0", "q=a&limit=101", "q=a&page=2"])
async def test_a_search_that_cannot_be_is_told_why(client, problem_of, query):
    told = await problem_of(await client.get(f"/search?{query}", headers=ANN.headers), 422)
    assert list(told["errors"]) == [(query.rpartition("&")[2].partition("=")[0] or "q")]


async def test_a_database_that_does_not_answer_is_told_with_a_time_to_come_back(look, passages, problem_of):
    passages.error = TransientError("the vector database does not answer", retry_after_seconds=2)
    response = await look()
    assert "vector database" in (await problem_of(response, 503))["detail"]
    assert response.headers["Retry-After"] == "2"


async def test_passages_of_another_embedding_model_are_told_to_be_of_no_use(look, passages, problem_of):
    passages.error = PermanentError("the passages were made by another model: set embeddings.model to it")
    told = await problem_of(await look(), 409)
    assert told["detail"].endswith("set embeddings.model to it")
