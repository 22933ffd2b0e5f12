"""What a job may use: as the request says, under the ceiling of its key, and never over it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.domain.errors import RequestError
from actors.domain.job import Budget
from actors.settings import load
from app.ceilings import under
from app.config import AppConfig, AuthConfig, KeyConfig
from app.factory import create_app
from app.problems import InvalidError

CEILING = {"usd": 0.5, "tokens": 100_000, "pages": 20}
SMALL = {"X-API-Key": "small"}
BUDGETS = st.builds(
    Budget,
    usd=st.none() | st.floats(0, 10),
    tokens=st.none() | st.integers(0, 10),
    pages=st.none() | st.integers(1, 10),
    seconds=st.none() | st.floats(0.1, 10),
)


@pytest.fixture
def config(config):
    digest = sha256(b"small").hexdigest()
    keys = (KeyConfig(name="small", sha256=digest, budget=Budget(**CEILING)),)
    return config.model_copy(update={"auth": AuthConfig(keys=keys, api_key="large")})


@given(BUDGETS, BUDGETS)
def test_no_job_gets_more_than_its_key_allows_nor_anything_that_was_not_asked_for(ceiling, asked):
    try:
        made = under(ceiling, asked.model_dump())
    except InvalidError:
        made = None
    over = False
    for name, most in ceiling:
        given_value = getattr(asked, name)
        over |= most is not None and given_value is not None and given_value > most
        if made:
            assert getattr(made, name) == (most if given_value is None else given_value)
    assert over == (made is None)


@pytest.mark.parametrize("path", ["/research", "/research/plan"])
async def test_a_request_over_the_ceiling_is_told_what_is_allowed(client, engine, problem_of, path):
    body = {"query": "Why?", "budget": {"usd": 2, "tokens": 100_001, "pages": 20}}
    told = await problem_of(await client.post(path, json=body, headers=SMALL), 422)
    assert told["errors"] == {
        "budget.usd": ["Must be at most 0.5, which is what this key allows. (given: 2.0)"],
        "budget.tokens": ["Must be at most 100,000, which is what this key allows. (given: 100,001)"],
    }
    assert await engine.jobs(tenant="default") == []


@pytest.mark.parametrize(
    ("headers", "asked", "budget"),
    [
        (SMALL, {}, CEILING),
        (SMALL, {"usd": 0.1, "tokens": None, "seconds": 60}, {**CEILING, "usd": 0.1, "seconds": 60}),
        ({"X-API-Key": "large"}, {"usd": 1_000}, {"usd": 1_000}),
    ],
)
async def test_what_is_not_given_is_the_keys_ceiling(client, engine, headers, asked, budget):
    async with client.post("/research", json={"query": "Why?", "budget": asked}, headers=headers) as response:
        job = await engine.job((await response.json())["job_id"])
    assert job.request.budget == Budget(**budget)


async def test_a_part_of_the_budget_is_named_as_it_is_written(client, problem_of):
    body = {"query": "Why?", "budget": {"usd": -1, "euros": 1}}
    told = await problem_of(await client.post("/research", json=body, headers=SMALL), 422)
    assert told["errors"] == {
        "budget.usd": ["Must be from 0 to 1,000,000. (given: -1)"],
        "budget.euros": ["Unknown field. (given: 1)"],
    }


class Priceless:
    """An engine with a model whose price nobody has set."""

    tier = "memory"
    providers = ("urls",)

    async def submit(self, request, *, tenant):
        raise RequestError("budget.usd", "no price is set for the model 'm': set llm.prices.\"m\"")

    plan = submit


@pytest.mark.parametrize("path", ["/research", "/research/plan"])
async def test_dollars_that_cannot_be_counted_are_refused(listen, config, problem_of, path):
    client = await listen(create_app(config, engine=Priceless()))
    told = await problem_of(await client.post(path, json={"query": "Why?"}, headers=SMALL), 422)
    assert told["errors"] == {"budget.usd": ["No price is set for the model 'm': set llm.prices.\"m\"."]}


def test_a_keys_ceiling_is_written_with_the_key(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(
        f'[auth]\nkeys = [{{ name = "ci", sha256 = "{"0" * 64}", budget = {{ usd = 0.5, seconds = 60 }} }}]\n'
    )
    (key,) = load(AppConfig, file=file, environment={}).auth.keys
    assert key.budget == Budget(usd=0.5, seconds=60)
